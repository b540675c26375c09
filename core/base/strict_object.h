// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

/// Reads a JSON object key by key and remembers the first fault: wrong types, values outside their range, and
/// keys that nobody asked for. Keys that are absent leave the variable as it is.
///   StrictObject loss(document, "loss");
///   loss.number("dice", settings.dice, 0.0);
///   if (auto read = loss.finish(); !read) …
class StrictObject
{
public:
    /// `where` is the object's place in the document, "" for the root. Null counts as an empty object.
    StrictObject(nlohmann::json object, std::string where);

    bool has(const std::string& key) const;
    void flag(const std::string& key, bool& value);
    void text(const std::string& key, std::string& value);
    void choice(const std::string& key, std::string& value, const std::vector<std::string>& choices);
    /// Both bounds are allowed values.
    void number(const std::string& key, double& value, double least,
                double most = std::numeric_limits<double>::max());
    void integer(const std::string& key, int& value, int least, int most = std::numeric_limits<int>::max());
    void seed(const std::string& key, std::uint64_t& value);
    void numbers(const std::string& key, std::vector<double>& values,
                 double least = std::numeric_limits<double>::lowest());
    void texts(const std::string& key, std::vector<std::string>& values);
    /// A sub-object that its owner checks; anything but an object is a fault.
    void object(const std::string& key, nlohmann::json& value);
    /// The member as it is, for the caller to check; null when absent.
    nlohmann::json value(const std::string& key);

    /// Reports a fault of the caller's own.
    void refuse(const std::string& key, const std::string& detail);
    /// Errors: InvalidArgument, subject = where ("loss.dice").
    Status finish() const;

private:
    const nlohmann::json* find(const std::string& key);
    std::string place(const std::string& key) const;

    const nlohmann::json m_object;
    std::string m_where;
    std::vector<std::string> m_known;
    Status m_status;
};

} // namespace fedefm
