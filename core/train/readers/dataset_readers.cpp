// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/dataset_readers.h"

#include "core/base/nearest_name.h"
#include "core/train/data/simulated_dataset.h"
#include "core/train/readers/forms_private.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

struct Form
{
    const char* name;
    FormResult (*open)(const Json& description, const fs::path& base);
};

FormResult openSimulated(const Json& description, const fs::path&)
{
    return openSimulatedDataset(description);
}

const std::vector<Form>& forms()
{
    static const std::vector<Form> all{
        {"masks", openMasks},           {"eiphantom", openEiPhantom}, {"eisimulation", openEiSimulation},
        {"cathaction", openCathAction}, {"ranzcr", openRanzcr},       {"cathanimal", openEiPhantom},
        {"guide3d", openGuide3d},       {"vessel12", openVessel12},   {"drive", openDrive},
        {"sennet", openSenNet},         {"decathlon", openDecathlon}, {"coco", openCoco},
        {"fedefm", openFedefm},         {"dicom_seg", openDicomSeg},  {"simulated", openSimulated},
        {"folders", openFolders},
    };
    return all;
}

} // namespace

std::vector<std::string> datasetForms()
{
    std::vector<std::string> names;
    for (const Form& form : forms())
        names.emplace_back(form.name);
    return names;
}

Result<DatasetPtr> openDataset(const Json& description, const fs::path& folder)
{
    if (!description.is_object() || !description.contains("form") || !description["form"].is_string())
        return fail(ErrorCode::InvalidArgument, "data set", "an object with a \"form\" is needed");
    const std::string name = description["form"].get<std::string>();
    const auto& all = forms();
    const auto form = std::find_if(all.begin(), all.end(), [&](const Form& f) { return name == f.name; });
    if (form == all.end())
        return fail(ErrorCode::InvalidArgument, "data set",
                    "unknown form " + name + ", nearest: " + nearestName(name, datasetForms()));
    try {
        return form->open(description, folder);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, name);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::NotRecognised, name, exception.what());
    }
}

} // namespace fedefm
