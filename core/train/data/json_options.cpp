// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/json_options.h"

#include "core/base/nearest_name.h"

#include <algorithm>

namespace fedefm {

using nlohmann::json;

namespace {

std::string shortNumber(double value)
{
    return json(value).dump();
}

} // namespace

JsonOptions::JsonOptions(const json& object, std::string place) : m_object(object), m_place(std::move(place))
{
    if (!m_object.is_object() && !m_object.is_null())
        m_mistake = "an object is needed";
}

const json* JsonOptions::find(const char* key)
{
    m_known.emplace_back(key);
    if (!m_object.is_object())
        return nullptr;
    const auto found = m_object.find(key);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

void JsonOptions::mistake(const std::string& key, const std::string& reason)
{
    if (m_mistake.empty())
        m_mistake = key + ": " + reason;
}

void JsonOptions::number(const char* key, double& value, double low, double high)
{
    const json* given = find(key);
    if (!given)
        return;
    if (!given->is_number() || !(given->get<double>() >= low && given->get<double>() <= high))
        mistake(key, "a number from " + shortNumber(low) + " to " + shortNumber(high) + " is needed");
    else
        value = given->get<double>();
}

void JsonOptions::integer(const char* key, int& value, int low, int high)
{
    const json* given = find(key);
    if (!given)
        return;
    const bool isWhole = given->is_number() && given->get<double>() >= low && given->get<double>() <= high &&
                         given->get<double>() == static_cast<int>(given->get<double>());
    if (!isWhole)
        mistake(key,
                "a whole number from " + std::to_string(low) + " to " + std::to_string(high) + " is needed");
    else
        value = static_cast<int>(given->get<double>());
}

void JsonOptions::seed(const char* key, std::uint64_t& value)
{
    const json* given = find(key);
    if (!given)
        return;
    if (!given->is_number_integer() || (!given->is_number_unsigned() && given->get<std::int64_t>() < 0))
        mistake(key, "a whole number from 0 is needed");
    else
        value = given->get<std::uint64_t>();
}

void JsonOptions::flag(const char* key, bool& value)
{
    const json* given = find(key);
    if (!given)
        return;
    if (given->is_boolean())
        value = given->get<bool>();
    else
        mistake(key, "true or false is needed");
}

void JsonOptions::text(const char* key, std::string& value)
{
    const json* given = find(key);
    if (!given)
        return;
    if (given->is_string())
        value = given->get<std::string>();
    else
        mistake(key, "a text is needed");
}

void JsonOptions::numbers(const char* key, std::vector<double>& values)
{
    const json* given = find(key);
    if (!given)
        return;
    const bool isList = given->is_array() && std::all_of(given->begin(), given->end(),
                                                         [](const json& item) { return item.is_number(); });
    if (isList)
        values = given->get<std::vector<double>>();
    else
        mistake(key, "a list of numbers is needed");
}

void JsonOptions::texts(const char* key, std::vector<std::string>& values)
{
    const json* given = find(key);
    if (!given)
        return;
    const bool isList = given->is_array() && std::all_of(given->begin(), given->end(),
                                                         [](const json& item) { return item.is_string(); });
    if (isList)
        values = given->get<std::vector<std::string>>();
    else
        mistake(key, "a list of texts is needed");
}

json JsonOptions::any(const char* key)
{
    const json* given = find(key);
    return given ? *given : json();
}

Status JsonOptions::finish() const
{
    if (!m_mistake.empty())
        return fail(ErrorCode::InvalidArgument, m_place, m_mistake);
    if (m_object.is_object())
        for (const auto& item : m_object.items())
            if (std::find(m_known.begin(), m_known.end(), item.key()) == m_known.end())
                return fail(ErrorCode::InvalidArgument, m_place,
                            "unknown key " + item.key() + ", nearest: " + nearestName(item.key(), m_known));
    return {};
}

} // namespace fedefm
