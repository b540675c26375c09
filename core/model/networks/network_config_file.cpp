// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_spec.h"

#include "core/model/networks/python_json.h"

#include <fstream>
#include <sstream>

namespace fedefm {

Result<nlohmann::json> readNetworkConfig(const std::filesystem::path& file)
{
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return fail(ErrorCode::FileNotFound, file.string());
    constexpr std::uintmax_t kMostBytes = 64u << 20;
    if (std::filesystem::is_directory(file, ignored))
        return fail(ErrorCode::FileUnreadable, file.string(), "a folder");
    if (std::filesystem::file_size(file, ignored) > kMostBytes)
        return fail(ErrorCode::TooLarge, file.string(), "a configuration of more than 64 MiB");
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream)
        return fail(ErrorCode::FileUnreadable, file.string());
    nlohmann::json config = parsePythonJson(text.str());
    if (config.is_discarded())
        return fail(ErrorCode::InvalidArgument, file.string(), "not a JSON document");
    return config;
}

} // namespace fedefm
