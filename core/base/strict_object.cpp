// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strict_object.h"

#include "core/base/nearest_name.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

std::string shortest(double value)
{
    constexpr double kExact = 1e15;
    const bool isWhole = value == std::floor(value) && std::abs(value) < kExact;
    return isWhole ? std::to_string(static_cast<long long>(value)) : nlohmann::json(value).dump();
}

std::string rangeText(double least, double most)
{
    if (most == std::numeric_limits<double>::max() || most == std::numeric_limits<int>::max())
        return "at least " + shortest(least);
    return "from " + shortest(least) + " to " + shortest(most);
}

} // namespace

StrictObject::StrictObject(nlohmann::json object, std::string where)
    : m_object(std::move(object)), m_where(std::move(where))
{
    if (!m_object.is_object() && !m_object.is_null())
        m_status = fail(ErrorCode::InvalidArgument, m_where.empty() ? "the document" : m_where,
                        std::string("expected an object, not ") + m_object.type_name());
}

std::string StrictObject::place(const std::string& key) const
{
    return m_where.empty() ? key : m_where + "." + key;
}

void StrictObject::refuse(const std::string& key, const std::string& detail)
{
    if (m_status)
        m_status = fail(ErrorCode::InvalidArgument, place(key), detail);
}

const nlohmann::json* StrictObject::find(const std::string& key)
{
    m_known.push_back(key);
    if (!m_object.is_object())
        return nullptr;
    const auto found = m_object.find(key);
    return found == m_object.end() ? nullptr : &*found;
}

bool StrictObject::has(const std::string& key) const
{
    return m_object.is_object() && m_object.contains(key);
}

void StrictObject::flag(const std::string& key, bool& value)
{
    const auto* json = find(key);
    if (!json)
        return;
    if (json->is_boolean())
        value = json->get<bool>();
    else
        refuse(key, std::string("expected true or false, not ") + json->type_name());
}

void StrictObject::text(const std::string& key, std::string& value)
{
    const auto* json = find(key);
    if (!json)
        return;
    if (json->is_string())
        value = json->get<std::string>();
    else
        refuse(key, std::string("expected a text, not ") + json->type_name());
}

void StrictObject::choice(const std::string& key, std::string& value, const std::vector<std::string>& choices)
{
    std::string given = value;
    text(key, given);
    if (std::find(choices.begin(), choices.end(), given) != choices.end()) {
        value = given;
        return;
    }
    std::string list;
    for (const std::string& name : choices)
        list += (list.empty() ? "" : ", ") + name;
    refuse(key, "'" + given + "' is none of " + list + "; the nearest is " + nearestName(given, choices));
}

void StrictObject::number(const std::string& key, double& value, double least, double most)
{
    const auto* json = find(key);
    if (!json)
        return;
    if (!json->is_number())
        return refuse(key, std::string("expected a number, not ") + json->type_name());
    const double given = json->get<double>();
    if (!(given >= least && given <= most))
        return refuse(key, shortest(given) + " is outside the range: " + rangeText(least, most));
    value = given;
}

void StrictObject::integer(const std::string& key, int& value, int least, int most)
{
    const auto* json = find(key);
    if (!json)
        return;
    // 1e3 is a whole number, though JSON libraries hold it as a fraction.
    const double given = json->is_number() ? json->get<double>() : 0.5;
    if (given != std::floor(given))
        return refuse(key, "expected a whole number, not " +
                               (json->is_number() ? json->dump() : std::string(json->type_name())));
    if (given < least || given > most)
        return refuse(key, json->dump() + " is outside the range: " + rangeText(least, most));
    value = static_cast<int>(given);
}

void StrictObject::seed(const std::string& key, std::uint64_t& value)
{
    const auto* json = find(key);
    if (!json)
        return;
    if (json->is_number_unsigned() || (json->is_number_integer() && json->get<std::int64_t>() >= 0))
        value = json->get<std::uint64_t>();
    else
        refuse(key, "expected a whole number from 0 to 18446744073709551615");
}

void StrictObject::numbers(const std::string& key, std::vector<double>& values, double least)
{
    const auto* json = find(key);
    if (!json)
        return;
    if (!json->is_array())
        return refuse(key, std::string("expected a list of numbers, not ") + json->type_name());
    std::vector<double> given;
    for (const nlohmann::json& item : *json) {
        if (!item.is_number())
            return refuse(key, std::string("expected numbers in the list, not ") + item.type_name());
        given.push_back(item.get<double>());
        if (!(given.back() >= least))
            return refuse(key, item.dump() + " is outside the range: at least " + shortest(least));
    }
    values = std::move(given);
}

void StrictObject::texts(const std::string& key, std::vector<std::string>& values)
{
    const auto* json = find(key);
    if (!json)
        return;
    const bool isList = json->is_array() && std::all_of(json->begin(), json->end(),
                                                        [](const auto& item) { return item.is_string(); });
    if (isList)
        values = json->get<std::vector<std::string>>();
    else
        refuse(key, std::string("expected a list of texts, not ") + json->dump());
}

void StrictObject::object(const std::string& key, nlohmann::json& value)
{
    const auto* json = find(key);
    if (!json)
        return;
    if (json->is_object())
        value = *json;
    else
        refuse(key, std::string("expected an object, not ") + json->type_name());
}

nlohmann::json StrictObject::value(const std::string& key)
{
    const auto* json = find(key);
    return json ? *json : nlohmann::json();
}

Status StrictObject::finish() const
{
    if (!m_object.is_object())
        return m_status;
    // A misspelt key explains more than the values that it left at their defaults.
    for (const auto& item : m_object.items())
        if (std::find(m_known.begin(), m_known.end(), item.key()) == m_known.end())
            return fail(ErrorCode::InvalidArgument, place(item.key()),
                        "unknown key; " + knownNames(item.key(), m_known));
    return m_status;
}

} // namespace fedefm
