// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"
#include "core/model/networks/network_private.h"

#include <cmath>

namespace fedefm {

namespace {

/// Reference configurations state the data beside the network; both are harmless here.
const std::set<std::string>& dataEntries()
{
    static const std::set<std::string> names{"input_shape", "input_alt_shape", "pixel_mean", "pixel_std"};
    return names;
}

Error wrongValue(const char* name, const nlohmann::json& value, const std::string& expected)
{
    const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return {ErrorCode::InvalidArgument, "hyper_parameters",
            std::string(name) + " is " + text.substr(0, 60) + ", expected " + expected};
}

/// A whole number, also when written as 4.0.
bool readInteger(const nlohmann::json& value, int least, int most, int& result)
{
    if (!value.is_number())
        return false;
    const auto number = value.get<double>();
    if (number != std::floor(number) || number < least || number > most)
        return false;
    result = static_cast<int>(number);
    return true;
}

} // namespace

HyperParameters::HyperParameters(const nlohmann::json& values) : m_values(values), m_known(dataEntries())
{
    if (!m_values.is_object() && !m_values.is_null())
        m_status = fail(ErrorCode::InvalidArgument, "hyper_parameters", "not a JSON object");
}

const nlohmann::json* HyperParameters::find(const char* name)
{
    m_known.insert(name);
    if (!m_values.is_object())
        return nullptr;
    const auto entry = m_values.find(name);
    return entry == m_values.end() || entry->is_null() ? nullptr : &*entry;
}

int HyperParameters::integer(const char* name, int fallback, int least, int most)
{
    const nlohmann::json* value = find(name);
    int result = fallback;
    if (value && !readInteger(*value, least, most, result) && m_status)
        m_status = tl::unexpected<Error>(wrongValue(
            name, *value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most)));
    return result;
}

double HyperParameters::number(const char* name, double fallback)
{
    const nlohmann::json* value = find(name);
    if (!value)
        return fallback;
    if (value->is_number() && std::isfinite(value->get<double>()))
        return value->get<double>();
    if (m_status)
        m_status = tl::unexpected<Error>(wrongValue(name, *value, "a number"));
    return fallback;
}

bool HyperParameters::flag(const char* name, bool fallback)
{
    const nlohmann::json* value = find(name);
    if (!value)
        return fallback;
    if (value->is_boolean())
        return value->get<bool>();
    if (m_status)
        m_status = tl::unexpected<Error>(wrongValue(name, *value, "true or false"));
    return fallback;
}

std::string HyperParameters::text(const char* name, const std::string& fallback)
{
    const nlohmann::json* value = find(name);
    if (!value)
        return fallback;
    if (value->is_string())
        return value->get<std::string>();
    if (m_status)
        m_status = tl::unexpected<Error>(wrongValue(name, *value, "a text"));
    return fallback;
}

std::vector<int> HyperParameters::integers(const char* name, const std::vector<int>& fallback)
{
    constexpr int kMost = 1 << 20;
    constexpr std::size_t kMostEntries = 4096;
    const nlohmann::json* value = find(name);
    if (!value)
        return fallback;
    std::vector<int> result;
    bool good = value->is_array() && value->size() <= kMostEntries;
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        int entry = 0;
        good = readInteger((*value)[i], 0, kMost, entry);
        result.push_back(entry);
    }
    if (good)
        return result;
    if (m_status)
        m_status = tl::unexpected<Error>(wrongValue(name, *value, "a list of whole numbers from 0"));
    return fallback;
}

void HyperParameters::ignore(const char* name)
{
    m_known.insert(name);
}

Status HyperParameters::finish(const std::string& architecture) const
{
    if (!m_status)
        return fail(m_status.error().code, architecture, m_status.error().detail);
    if (!m_values.is_object())
        return {};
    for (const auto& entry : m_values.items())
        if (m_known.count(entry.key()) == 0)
            return fail(ErrorCode::InvalidArgument, architecture,
                        "unknown hyper-parameter '" + entry.key() + "'; the nearest known one is '" +
                            nearestName(entry.key(), {m_known.begin(), m_known.end()}) + "'");
    return {};
}

} // namespace fedefm
