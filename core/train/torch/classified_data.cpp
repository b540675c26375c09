// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/training_data.h"

#include <set>

namespace fedefm {

namespace {

/// Classes of the pictures of a part, which keeps those that have one.
Result<std::set<int>> keepPart(const char* name, DatasetPtr& part, TrainingData& parts)
{
    std::set<int> classes;
    std::vector<std::size_t> kept;
    for (std::size_t at = 0; at < part->size(); ++at)
        if (const int imageClass = part->sampleInfo(at).imageClass; imageClass >= 0) {
            classes.insert(imageClass);
            kept.push_back(at);
        }
    if (kept.empty())
        return fail(ErrorCode::InvalidArgument, std::string("data.") + name,
                    "no picture has a class, and the task is classification: use a form that gives pictures "
                    "classes (folders, or cathaction whose CSV names these videos and frames), or the task "
                    "segmentation");
    const std::size_t all = part->size();
    if (kept.size() == all)
        return classes;
    parts.warnings.push_back(std::to_string(all - kept.size()) + " of " + std::to_string(all) +
                             " pictures for " + name + " have no class and are left out");
    part = subset(part, std::move(kept));
    parts.split[name] = sampleNames(part);
    return classes;
}

} // namespace

Status keepClassified(TrainingData& parts)
{
    const std::vector<std::string> names = parts.train->imageClassNames();
    for (const auto& [name, part] :
         {std::pair("validation", parts.validation), std::pair("test", parts.test)})
        if (const Status same =
                part ? compareClasses(name, part->imageClassNames(), names, parts.warnings) : Status();
            !same)
            return same;
    if (parts.train->isMultiLabel())
        return {};
    std::set<int> known;
    const std::pair<const char*, DatasetPtr*> all[] = {
        {"train", &parts.train}, {"validation", &parts.validation}, {"test", &parts.test}};
    for (const auto& [name, part] : all) {
        if (!*part || (*part)->size() == 0)
            continue;
        const auto classes = keepPart(name, *part, parts);
        if (!classes)
            return tl::unexpected(classes.error());
        if (known.empty())
            known = *classes;
        for (const int imageClass : *classes)
            if (known.count(imageClass) == 0)
                parts.warnings.push_back("training has no picture of the class " +
                                         (static_cast<std::size_t>(imageClass) < names.size()
                                              ? names[static_cast<std::size_t>(imageClass)]
                                              : std::to_string(imageClass)) +
                                         ", which is among those for " + name +
                                         ": \"group\" says which pictures a split keeps together");
    }
    return {};
}

} // namespace fedefm
