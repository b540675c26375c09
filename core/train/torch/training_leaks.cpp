// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/split.h"
#include "core/train/torch/training_data.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace fedefm {

namespace {

/// More pictures than these are not decoded before a training begins.
constexpr std::size_t kMostDecodedSamples = 500;
constexpr std::size_t kMostListedLeaks = 20;

/// Whether two pictures are one does not depend on what their classes are called.
class PicturesOnly final : public Dataset
{
public:
    explicit PicturesOnly(DatasetPtr base) : m_base(std::move(base)) {}
    std::size_t size() const override { return m_base->size(); }
    SampleInfo sampleInfo(std::size_t index) const override { return m_base->sampleInfo(index); }
    Result<Sample> sample(std::size_t index) const override { return m_base->sample(index); }
    int classCount() const override { return 0; }
    std::vector<std::string> classNames() const override { return {}; }

private:
    DatasetPtr m_base;
};

struct Parts
{
    std::vector<const char*> names;
    std::vector<DatasetPtr> sets;
    std::size_t samples = 0;
};

Parts partsOf(const TrainingData& data)
{
    Parts parts;
    const std::pair<const char*, DatasetPtr> all[] = {
        {"training", data.train}, {"validation", data.validation}, {"test", data.test}};
    for (const auto& [name, set] : all) {
        if (!set || set->size() == 0)
            continue;
        parts.names.push_back(name);
        parts.sets.push_back(set);
        parts.samples += set->size();
    }
    return parts;
}

/// Sets that are opened one by one may hold the same patients.
void noteCommonGroups(const Parts& parts, std::vector<std::string>& warnings)
{
    std::vector<std::set<std::string>> groups(parts.sets.size());
    for (std::size_t part = 0; part < parts.sets.size(); ++part)
        for (std::size_t at = 0; at < parts.sets[part]->size(); ++at)
            groups[part].insert(parts.sets[part]->sampleInfo(at).group);
    for (std::size_t first = 0; first < groups.size(); ++first)
        for (std::size_t second = first + 1; second < groups.size(); ++second) {
            std::size_t count = 0;
            std::string name;
            for (const std::string& group : groups[second])
                if (groups[first].count(group) > 0 && count++ == 0)
                    name = group;
            if (count > 0)
                warnings.push_back(std::string(parts.names[first]) + " and " + parts.names[second] +
                                   " have groups of the same name (" + std::to_string(count) +
                                   ", for example " + name +
                                   "): if these are the same patients, videos or scenes, the figures of " +
                                   parts.names[second] + " say too much");
        }
}

std::vector<Leak> leaksByPixels(const Parts& parts, std::vector<std::string>& warnings)
{
    Split split;
    std::vector<std::size_t>* const indices[] = {&split.train, &split.validation, &split.test};
    std::size_t begin = 0;
    for (std::size_t part = 0; part < parts.sets.size(); ++part) {
        indices[part]->resize(parts.sets[part]->size());
        std::iota(indices[part]->begin(), indices[part]->end(), begin);
        begin += parts.sets[part]->size();
    }
    std::vector<DatasetPtr> pictures;
    for (const DatasetPtr& set : parts.sets)
        pictures.push_back(std::make_shared<const PicturesOnly>(set));
    const auto whole = concatenate(pictures);
    const auto leaks = whole ? findLeaks(**whole, split) : tl::unexpected(whole.error());
    if (!leaks) {
        warnings.push_back("the pictures of training, validation and test were not compared: " +
                           leaks.error().detail);
        return {};
    }
    return *leaks;
}

std::vector<Leak> leaksByFiles(const Parts& parts, std::vector<std::string>& warnings)
{
    FileLeaks found = findFileLeaks(parts.sets);
    if (found.unread > 0)
        warnings.push_back(std::to_string(found.unread) +
                           " files could not be read and were not compared with those of the other parts");
    return std::move(found.leaks);
}

} // namespace

void noteLeaks(TrainingData& data)
{
    const Parts parts = partsOf(data);
    if (parts.sets.size() < 2)
        return;
    noteCommonGroups(parts, data.warnings);
    const std::vector<Leak> leaks = parts.samples <= kMostDecodedSamples ? leaksByPixels(parts, data.warnings)
                                                                         : leaksByFiles(parts, data.warnings);
    for (std::size_t at = 0; at < std::min(leaks.size(), kMostListedLeaks); ++at)
        data.warnings.push_back("the same picture on both sides of the split: " + leaks[at].first + " and " +
                                leaks[at].second);
    if (leaks.size() > kMostListedLeaks)
        data.warnings.push_back(std::to_string(leaks.size()) +
                                " pictures stand on both sides of the split, those above among them");
}

} // namespace fedefm
