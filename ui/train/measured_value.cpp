// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/measured_value.h"

#include "ui/train/config_schema.h"

namespace fedefm {

std::string selectedMetric(const RunSummary& run)
{
    for (const char* key : {"select_by", "training.select_by"})
        if (const nlohmann::json value = valueAt(run.config, key); value.is_string())
            return value.get<std::string>();
    return "foreground.dice";
}

std::optional<double> measuredValue(const nlohmann::json& metrics, const std::string& metric)
{
    for (const char* part : {"validation.", "merged.", ""})
        if (const nlohmann::json value = valueAt(metrics, part + metric); value.is_number())
            return value.get<double>();
    return std::nullopt;
}

} // namespace fedefm
