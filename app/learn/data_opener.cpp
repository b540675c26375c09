// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/data_opener.h"

#ifdef FEDEFM_HAS_IMAGING
#include "core/image/picture_sequence.h"
#include "core/train/readers/dataset_readers.h"
#else
#include "core/train/data/simulated_dataset.h"
#endif

namespace fedefm::cli {

#ifdef FEDEFM_HAS_IMAGING

DatasetOpener dataOpener(const nlohmann::json& data)
{
    const std::filesystem::path folder =
        data.is_object() ? data.value("folder", std::string()) : std::string();
    return [folder](const nlohmann::json& description) { return openDataset(description, folder); };
}

PictureWriter pictureWriter()
{
    return [](const std::filesystem::path& target, const std::uint8_t* grey, int width, int height) {
        return writePng(target, grey, width, height, 1, true);
    };
}

#else

DatasetOpener dataOpener(const nlohmann::json&)
{
    return [](const nlohmann::json& description) { return openSimulatedDataset(description); };
}

PictureWriter pictureWriter()
{
    return {};
}

#endif

} // namespace fedefm::cli
