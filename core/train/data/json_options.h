// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

namespace fedefm {

/// Reads the members of a JSON object one by one; what nobody asked for is an error. The first mistake is
/// kept, so that a caller reads everything and checks once.
class JsonOptions
{
public:
    /// `place` names the object in errors, e.g. "augmentation". Null counts as an empty object.
    JsonOptions(const nlohmann::json& object, std::string place);

    /// Values outside of the range, or of a wrong type, are mistakes; an absent member leaves `value` alone.
    void number(const char* key, double& value, double low, double high);
    void integer(const char* key, int& value, int low, int high);
    void seed(const char* key, std::uint64_t& value);
    void flag(const char* key, bool& value);
    void text(const char* key, std::string& value);
    void numbers(const char* key, std::vector<double>& values);
    void texts(const char* key, std::vector<std::string>& values);
    /// The member as it is; null when absent.
    nlohmann::json any(const char* key);
    void mistake(const std::string& key, const std::string& reason);

    /// InvalidArgument: the first mistake, else the first unknown key with the nearest known one.
    Status finish() const;

private:
    const nlohmann::json* find(const char* key);

    const nlohmann::json m_object;
    std::string m_place;
    std::vector<std::string> m_known;
    std::string m_mistake;
};

} // namespace fedefm
