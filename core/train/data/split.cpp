// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/split.h"

#include "core/train/data/random.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace fedefm {

using nlohmann::json;

namespace {

enum Part { Train, Validation, Test, Unused };

std::map<std::string, std::vector<std::size_t>> samplesByGroup(const Dataset& dataset)
{
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < dataset.size(); ++i)
        groups[dataset.sampleInfo(i).group].push_back(i);
    return groups;
}

/// `*` stands for any characters, `?` for one.
bool matches(const char* pattern, const char* text)
{
    const char* star = nullptr;
    const char* resume = nullptr;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            ++pattern;
            ++text;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        ++pattern;
    return *pattern == '\0';
}

/// What the user can do where the groups are not those that were expected.
std::string groupAdvice(const std::map<std::string, std::vector<std::size_t>>& groups)
{
    constexpr std::size_t kMostNames = 5;
    std::string names;
    std::size_t count = 0;
    for (const auto& group : groups)
        if (count++ < kMostNames)
            names += (names.empty() ? "" : ", ") + group.first;
    if (count > kMostNames)
        names += " …";
    return (count == 1 ? "; the group is " : "; groups are ") + names +
           ". Pictures whose names differ only in the number at the end count as frames of one video. Where "
           "they are not, give the data set a \"group\", a pattern whose first bracket finds the patient or "
           "video in the name; \"(.+)\" makes each picture a group";
}

void addTo(Split& split, Part part, const std::vector<std::size_t>& samples)
{
    std::vector<std::size_t>* const parts[] = {&split.train, &split.validation, &split.test};
    if (part != Unused)
        parts[part]->insert(parts[part]->end(), samples.begin(), samples.end());
}

void sortParts(Split& split)
{
    for (auto* part : {&split.train, &split.validation, &split.test})
        std::sort(part->begin(), part->end());
}

/// FNV-1a over size and 16-bit grey values; channels in turn.
std::uint64_t pictureHash(const Sample& sample)
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    const auto add = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001B3ULL; };
    add(static_cast<std::uint64_t>(sample.width));
    add(static_cast<std::uint64_t>(sample.height));
    for (const float value : sample.image)
        add(static_cast<std::uint64_t>(std::lround(std::clamp(value, 0.0F, 1.0F) * 65535.0F)));
    return hash;
}

} // namespace

Result<Split> splitByGroup(const Dataset& dataset, double validationShare, double testShare,
                           std::uint64_t seed)
{
    if (!(validationShare >= 0.0 && testShare >= 0.0 && validationShare + testShare <= 1.0))
        return fail(ErrorCode::InvalidArgument, "split", "shares must be from 0 to 1, in sum too");
    const auto groups = samplesByGroup(dataset);
    std::vector<std::string> names;
    for (const auto& group : groups)
        names.push_back(group.first);
    const bool hasTrain = validationShare + testShare < 1.0;
    const std::size_t parts =
        (hasTrain ? 1U : 0U) + (validationShare > 0.0 ? 1U : 0U) + (testShare > 0.0 ? 1U : 0U);
    if (names.size() < parts)
        return fail(ErrorCode::InvalidArgument, "split",
                    std::to_string(names.size()) + (names.size() == 1 ? " group for " : " groups for ") +
                        std::to_string(parts) + " parts" + groupAdvice(groups));
    Random random(seed);
    shuffle(names, random);
    const auto count = [&](double share) {
        const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(names.size())));
        return share > 0.0 ? std::max<std::size_t>(1, wanted) : 0;
    };
    std::size_t test = count(testShare);
    std::size_t validation = count(validationShare);
    const std::size_t kept = hasTrain ? 1 : 0;
    while (test + validation + kept > names.size())
        --(test > validation ? test : validation);
    if (!hasTrain)
        (validation > 0 ? validation : test) = names.size() - (validation > 0 ? test : 0);
    Split split;
    for (std::size_t i = 0; i < names.size(); ++i)
        addTo(split, i < test ? Test : i < test + validation ? Validation : Train, groups.at(names[i]));
    sortParts(split);
    return split;
}

Result<Split> splitByNames(const Dataset& dataset, const GroupLists& lists)
{
    const auto groups = samplesByGroup(dataset);
    std::map<std::string, Part> partOf;
    const std::pair<Part, const std::vector<std::string>*> given[] = {
        {Train, &lists.train}, {Validation, &lists.validation}, {Test, &lists.test}};
    for (const auto& [part, patterns] : given)
        for (const std::string& pattern : *patterns) {
            bool found = false;
            for (const auto& group : groups) {
                if (!matches(pattern.c_str(), group.first.c_str()))
                    continue;
                found = true;
                if (const auto entry = partOf.emplace(group.first, part);
                    !entry.second && entry.first->second != part)
                    return fail(ErrorCode::InvalidArgument, "split",
                                "group " + group.first + " stands in two parts");
            }
            if (!found)
                return fail(ErrorCode::InvalidArgument, "split",
                            "no group is named " + pattern + groupAdvice(groups));
        }
    Split split;
    for (const auto& [group, part] : partOf)
        addTo(split, part, groups.at(group));
    sortParts(split);
    return split;
}

Result<std::vector<Leak>> findLeaks(const Dataset& dataset, const Split& split)
{
    struct Seen
    {
        int part;
        std::size_t index;
    };
    std::unordered_map<std::uint64_t, std::vector<Seen>> seen;
    std::vector<Leak> leaks;
    const std::vector<std::size_t>* const parts[] = {&split.train, &split.validation, &split.test};
    for (int part = 0; part < 3; ++part)
        for (const std::size_t index : *parts[part]) {
            const auto sample = dataset.sample(index);
            if (!sample)
                continue; // it stands among the faults and takes part in nothing
            auto& alike = seen[pictureHash(*sample)];
            for (const Seen& other : alike)
                if (other.part != part)
                    leaks.push_back({dataset.sampleInfo(other.index).id, dataset.sampleInfo(index).id});
            alike.push_back({part, index});
        }
    return leaks;
}

json toJson(const Split& split, const Dataset& dataset)
{
    const auto ids = [&dataset](const std::vector<std::size_t>& part) {
        json list = json::array();
        for (const std::size_t index : part)
            list.push_back(dataset.sampleInfo(index).id);
        return list;
    };
    return {{"train", ids(split.train)}, {"validation", ids(split.validation)}, {"test", ids(split.test)}};
}

} // namespace fedefm
