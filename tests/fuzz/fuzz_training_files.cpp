// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/dataset_readers.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

struct Place
{
    const char* file;
    const char* form;
};

/// Where the bytes are put, and the form that then reads them.
constexpr Place kPlaces[] = {
    {"masks/a.gif", "masks"},        {"masks/a.npy", "masks"}, {"scan.mha", "vessel12"},
    {"imagesTr/a.nii", "decathlon"}, {"coco.json", "coco"},    {"curves.json", "fedefm"},
    {"train.csv", "ranzcr"},         {"raw.json", "guide3d"},  {"imagesTr/a.nii.gz", "decathlon"},
};

const fs::path& folder()
{
    static const fs::path path = fs::temp_directory_path() / ("fedefm-fuzz-" + std::to_string(getpid()));
    return path;
}

void write(const fs::path& file, const std::string& bytes)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

} // namespace

/// The first byte chooses the kind of file; samples are read as long as there are few.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1)
        return 0;
    const Place& place = kPlaces[data[0] % std::size(kPlaces)];
    fs::remove_all(folder());
    write(folder() / "images/a.pgm", "P5 3 2 255\nabcdef");
    write(folder() / place.file, std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
    if (std::string(place.form) == "decathlon") {
        fs::create_directories(folder() / "labelsTr");
        fs::copy_file(folder() / place.file, folder() / "labelsTr" / fs::path(place.file).filename());
    }
    nlohmann::json description{{"form", place.form}, {"path", folder().string()}, {"limit", 3}};
    if (std::string(place.form) == "masks") {
        description["image_folder"] = "images";
        description["mask_folder"] = "masks";
    }
    if (const auto set = fedefm::openDataset(description, "."))
        for (std::size_t i = 0; i < (*set)->size() && i < 3; ++i)
            static_cast<void>((*set)->sample(i));
    return 0;
}
