// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/augmentation.h"
#include "core/train/readers/label_file_private.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <map>
#include <set>

namespace fedefm {

using nlohmann::json;

namespace {

constexpr int kMostClasses = kIgnoreLabel;
constexpr int kLargestClassValue =
    31; ///< larger values are grey levels, no class numbers, unless the file says so
constexpr int kMiddleGrey = 128;
constexpr std::size_t kMostValues = 300; ///< more are no class numbers
constexpr std::size_t kFewMasks = 4;

std::string valueText(std::int32_t value, bool isColor)
{
    if (!isColor)
        return std::to_string(value);
    char text[16];
    std::snprintf(text, sizeof text, "#%06x", static_cast<unsigned>(value));
    return text;
}

tl::unexpected<Error> withoutClass(std::int32_t value, bool isColor, const std::string& subject)
{
    return fail(ErrorCode::OutOfRange, subject, "label value " + valueText(value, isColor) + " has no class");
}

/// A value that one of several masks has and that does not go on from the others is a slip of the pen in that
/// mask, not a class of all: reading that mask tells it.
void dropStray(std::map<std::int32_t, std::size_t>& values, std::size_t masks)
{
    while (masks >= kFewMasks && values.size() > 1) {
        const auto largest = std::prev(values.end());
        const bool goesOn = largest->first <= std::prev(largest)->first + 1;
        if (largest->second > 1 || goesOn || largest->first > kLargestClassValue)
            return;
        values.erase(largest);
    }
}

bool parseValue(const std::string& text, std::int32_t& value)
{
    const bool isHex = !text.empty() && text.front() == '#';
    const char* begin = text.data() + (isHex ? 1 : 0);
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(begin, end, value, isHex ? 16 : 10);
    return result.ec == std::errc() && result.ptr == end && begin != end;
}

/// A mask without a coloured pixel is read as grey: what stands for #7f7f7f is 127 there.
void addGreys(std::vector<std::pair<std::int32_t, std::uint8_t>>& table)
{
    const auto given = table;
    for (const auto& [value, number] : given) {
        const std::int32_t grey = value & 0xff;
        const bool isGrey = value == grey * 0x010101 && value > 0xff;
        const bool isTaken = std::any_of(given.begin(), given.end(),
                                         [grey](const auto& entry) { return entry.first == grey; });
        if (isGrey && !isTaken)
            table.emplace_back(grey, number);
    }
}

} // namespace

LabelMapping LabelMapping::identity(int classCount)
{
    LabelMapping mapping;
    mapping.m_classCount = classCount;
    return mapping;
}

LabelMapping LabelMapping::binary()
{
    LabelMapping mapping;
    mapping.m_kind = Kind::Binary;
    return mapping;
}

LabelMapping LabelMapping::anyAsOne()
{
    LabelMapping mapping;
    mapping.m_kind = Kind::AnyAsOne;
    return mapping;
}

LabelMapping LabelMapping::withClassCount(int classCount) const
{
    LabelMapping mapping = *this;
    mapping.m_classCount = classCount;
    return mapping;
}

Result<LabelMapping> LabelMapping::parse(const json& classes, int classCount)
{
    const auto wrong = [](const std::string& detail) {
        return fail(ErrorCode::InvalidArgument, "classes", detail);
    };
    if (!classes.is_object() || classes.empty())
        return wrong("an object such as {\"0\": 0, \"255\": 1} is needed");
    LabelMapping mapping;
    mapping.m_kind = Kind::Table;
    int largest = 1;
    for (const auto& [key, number] : classes.items()) {
        std::int32_t value = 0;
        if (!parseValue(key, value))
            return wrong(key + " is neither a number nor a colour such as #ff0000");
        if (!number.is_number_integer())
            return wrong(key + ": a class number is needed");
        const auto chosen = number.get<std::int64_t>();
        if (chosen < 0 || chosen > kMostClasses)
            return wrong(key + ": a class number from 0 to 255 is needed (255 is ignored)");
        if (chosen != kIgnoreLabel)
            largest = std::max(largest, static_cast<int>(chosen));
        mapping.m_table.emplace_back(value, static_cast<std::uint8_t>(chosen));
    }
    addGreys(mapping.m_table);
    std::sort(mapping.m_table.begin(), mapping.m_table.end());
    if (classCount > 0 && largest >= classCount)
        return wrong("class " + std::to_string(largest) + " has no name");
    mapping.m_classCount = classCount > 0 ? classCount : largest + 1;
    return mapping;
}

Result<LabelMapping> LabelMapping::guess(const std::vector<RawLabels>& examples, int classCount)
{
    std::map<std::int32_t, std::size_t> values; // with the number of masks that have it
    bool isLossy = false;
    bool isColor = false;
    for (const RawLabels& raw : examples) {
        isLossy = isLossy || raw.isLossy;
        isColor = isColor || raw.isColor;
        std::set<std::int32_t> own;
        std::int32_t last = -1;
        for (const std::int32_t value : raw.values)
            if (value != last) {
                own.insert(value);
                last = value;
                if (own.size() > kMostValues)
                    break;
            }
        for (const std::int32_t value : own)
            ++values[value];
    }
    dropStray(values, examples.size());
    const std::int32_t largest = values.empty() ? 0 : values.rbegin()->first;
    if (isColor || (!values.empty() && values.begin()->first < 0))
        return fail(ErrorCode::InvalidArgument, "masks", "colours or negative values: give \"classes\"");
    if (!isLossy && largest <= kLargestClassValue && (largest > 1 || classCount > 2)) {
        if (classCount > 0 && largest >= classCount)
            return fail(ErrorCode::InvalidArgument, "masks",
                        "value " + std::to_string(largest) + " has no class name: give \"classes\"");
        return identity(std::max({2, classCount, static_cast<int>(largest) + 1}));
    }
    if (classCount > 2 || (!isLossy && values.size() > 2))
        return fail(ErrorCode::InvalidArgument, "masks",
                    std::to_string(values.size()) + " grey values up to " + std::to_string(largest) +
                        ": give \"classes\"");
    return binary();
}

Result<std::vector<std::uint8_t>> LabelMapping::applyNumbers(const RawLabels& raw,
                                                             const std::string& subject) const
{
    std::vector<std::uint8_t> labels(raw.values.size());
    bool hasClass = false;
    bool hasIgnored = false;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::int32_t value = raw.values[i];
        const bool isIgnored = value == kIgnoreLabel;
        if (raw.isColor || value < 0 || (value >= m_classCount && !isIgnored))
            return withoutClass(value, raw.isColor, subject);
        hasClass = hasClass || (value > 0 && !isIgnored);
        hasIgnored = hasIgnored || isIgnored;
        labels[i] = static_cast<std::uint8_t>(value);
    }
    // White on black, not "nothing here but pixels that do not count".
    if (hasIgnored && !hasClass)
        return fail(
            ErrorCode::OutOfRange, subject,
            "label value 255 without any class: give \"classes\", for example {\"0\": 0, \"255\": 1}");
    return labels;
}

Result<std::vector<std::uint8_t>> LabelMapping::apply(const RawLabels& raw, const std::string& subject) const
{
    if (m_kind == Kind::Identity)
        return applyNumbers(raw, subject);
    std::vector<std::uint8_t> labels(raw.values.size());
    const auto unknown = [&](std::int32_t value) { return withoutClass(value, raw.isColor, subject); };
    if (m_kind == Kind::AnyAsOne) {
        const std::int32_t threshold = raw.isLossy ? kMiddleGrey : 1;
        for (std::size_t i = 0; i < labels.size(); ++i)
            labels[i] = raw.values[i] >= threshold ? 1 : 0;
        return labels;
    }
    if (m_kind == Kind::Binary) {
        const std::int32_t largest =
            raw.values.empty() ? 0 : *std::max_element(raw.values.begin(), raw.values.end());
        if (raw.isColor || (largest > 1 && largest < kMiddleGrey && !raw.isLossy))
            return unknown(largest);
        // Scaled to 16 bit, white is 65535; every such value is far above the middle of 8 bit.
        for (std::size_t i = 0; i < labels.size(); ++i)
            labels[i] = raw.values[i] >= (largest <= 1 ? 1 : kMiddleGrey) ? 1 : 0;
        return labels;
    }
    std::int32_t last = std::numeric_limits<std::int32_t>::min();
    std::uint8_t lastClass = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::int32_t value = raw.values[i];
        if (value != last) {
            auto best = m_table.begin();
            for (auto entry = m_table.begin(); entry != m_table.end(); ++entry)
                if (std::abs(entry->first - value) < std::abs(best->first - value))
                    best = entry;
            if (best->first != value && !(raw.isLossy && !raw.isColor))
                return unknown(value);
            last = value;
            lastClass = best->second;
        }
        labels[i] = lastClass;
    }
    return labels;
}

} // namespace fedefm
