// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace fedefm::log {

namespace {

spdlog::logger& logger()
{
    static const auto instance = [] {
        auto created = spdlog::stderr_logger_mt("fedefm");
        created->set_pattern("%H:%M:%S %l: %v");
        return created;
    }();
    return *instance;
}

} // namespace

void setQuiet(bool quiet)
{
    logger().set_level(quiet ? spdlog::level::err : spdlog::level::info);
}

void info(const std::string& line)
{
    logger().info("{}", line);
}

void warning(const std::string& line)
{
    logger().warn("{}", line);
}

void error(const std::string& line)
{
    logger().error("{}", line);
}

} // namespace fedefm::log
