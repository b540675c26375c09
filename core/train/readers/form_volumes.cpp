// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json_text.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/volume_private.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

struct VolumePair
{
    VolumeHeader image;
    std::optional<VolumeHeader> label;
};

/// Grey range of CT in Hounsfield units; option "window_hu".
struct Window
{
    double low = -1024.0;
    double high = 3071.0;
};

Result<Window> windowOf(StrictObject& options)
{
    std::vector<double> range;
    options.numbers("window_hu", range);
    if (range.empty())
        return Window{};
    if (range.size() != 2 || !(range[0] < range[1]))
        options.refuse("window_hu", "a lower and an upper end are needed");
    return range.size() == 2 ? Window{range[0], range[1]} : Window{};
}

Result<VolumeHeader> readVolumeHeader(const fs::path& file)
{
    return hasExtension(file, {".nii", ".nii.gz"}) ? readNifti(file) : readMetaImage(file);
}

/// One item per slice; slices of a volume are a block and, by default, a group.
void addVolume(const fs::path& file, const fs::path& labelFile, const FormOptions& form, int every,
               Listing& listing, std::vector<VolumePair>& volumes)
{
    const auto image = readVolumeHeader(file);
    if (!image)
        return listing.fault(file, image.error());
    VolumePair pair{*image, std::nullopt};
    if (!labelFile.empty()) {
        const auto label = readVolumeHeader(labelFile);
        if (!label)
            return listing.fault(labelFile, label.error());
        if (label->size != image->size)
            return listing.fault(labelFile, "mask and volume differ in size");
        pair.label = *label;
    }
    const std::string name = stemOf(file);
    for (int z = every / 2; z < image->size[2]; z += every) {
        if (form.limit > 0 && listing.items.size() >= static_cast<std::size_t>(form.limit))
            break;
        ListedItem item;
        item.info.id = name + "#" + std::to_string(z + 1);
        item.image = file;
        item.label = labelFile;
        item.frame = z;
        item.number = item.block = volumes.size();
        if (!assignGroup(item, name, form, listing))
            return;
        listing.items.push_back(std::move(item));
    }
    volumes.push_back(std::move(pair));
}

Result<Sample> readSlice(const ListedItem& item, const VolumePair& pair, const VolumeCache& cache,
                         Window window, const LabelMapping& mapping)
{
    const auto& size = pair.image.size;
    const auto grey = cache.get(pair.image)->slice(item.frame);
    if (!grey)
        return tl::unexpected(grey.error());
    Sample sample = sliceSample(*grey, size[0], size[1], window.low, window.high);
    if (!pair.label)
        return sample;
    const auto values = cache.get(*pair.label)->slice(item.frame);
    if (!values)
        return tl::unexpected(values.error());
    const auto raw = sliceLabels(*values, size[0], size[1], item.info.id);
    if (!raw)
        return tl::unexpected(raw.error());
    auto labels = mapping.apply(*raw, item.info.id);
    if (!labels)
        return tl::unexpected(labels.error());
    sample.labels = std::move(*labels);
    return sample;
}

FormResult finishVolumes(Listing listing, std::vector<VolumePair> volumes, Window window,
                         const LabelMapping& mapping, const fs::path& folder)
{
    listing.hasBlocks = true;
    listing.read = [volumes = std::move(volumes), cache = VolumeCache(), window,
                    mapping](const ListedItem& item) {
        return readSlice(item, volumes[item.number], cache, window, mapping);
    };
    return listedDataset(std::move(listing), folder);
}

/// dataset.json of the Decathlon: {"labels": {"0": "background", …}}.
std::vector<std::string> decathlonNames(const fs::path& file)
{
    const auto text = readFile(file, std::size_t(64) << 20);
    const Json document = text ? parseForeignJson(*text) : Json();
    std::vector<std::string> names;
    if (!document.is_object() || !document.contains("labels") || !document["labels"].is_object())
        return names;
    const Json& labels = document["labels"];
    for (std::size_t c = 0; labels.contains(std::to_string(c)) && labels[std::to_string(c)].is_string(); ++c)
        names.push_back(labels[std::to_string(c)].get<std::string>());
    return names;
}

} // namespace

FormResult openVessel12(const Json& description, const fs::path& base)
{
    std::string maskFolder;
    int every = 1;
    StrictObject options(description, "data");
    options.text("mask_folder", maskFolder);
    options.integer("every", every, 1, 10000);
    const Json classes = options.value("classes");
    const auto window = windowOf(options);
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto files = filesIn(form->folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const fs::path masks = maskFolder.empty() ? fs::path() : (form->folder / maskFolder).lexically_normal();
    Listing listing;
    std::vector<VolumePair> volumes;
    for (const fs::path& file : *files) {
        if (!hasExtension(file, {".mhd", ".mha"}) || (!masks.empty() && file.parent_path() == masks))
            continue;
        const fs::path mask = masks.empty() ? fs::path() : masks / file.filename();
        std::error_code ignored;
        if (!mask.empty() && !fs::exists(mask, ignored)) {
            listing.fault(file, "no mask");
            continue;
        }
        addVolume(file, mask, *form, every, listing, volumes);
    }
    const auto mapping = classes.is_null() ? LabelMapping::anyAsOne() : LabelMapping::parse(classes, 2);
    if (!mapping)
        return tl::unexpected(mapping.error());
    if (!masks.empty())
        listing.classNames = {"background", "foreground"};
    return finishVolumes(std::move(listing), std::move(volumes), *window, *mapping, form->folder);
}

FormResult openDecathlon(const Json& description, const fs::path& base)
{
    int every = 1;
    StrictObject options(description, "data");
    options.integer("every", every, 1, 10000);
    const auto window = windowOf(options);
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto files = filesIn(form->folder / "imagesTr", false);
    if (!files)
        return tl::unexpected(files.error());
    Listing listing;
    listing.classNames = decathlonNames(form->folder / "dataset.json");
    if (listing.classNames.size() < 2) {
        listing.fault("dataset.json", "no list of labels; 0 is background, all else foreground");
        listing.classNames = {"background", "foreground"};
    }
    const bool hasNames = listing.faults.empty();
    std::vector<VolumePair> volumes;
    for (const fs::path& file : *files) {
        // "._name" are resource forks that macOS leaves in archives.
        if (!hasExtension(file, {".nii", ".nii.gz"}) || file.filename().string().front() == '.')
            continue;
        const fs::path label = form->folder / "labelsTr" / file.filename();
        std::error_code ignored;
        if (!fs::exists(label, ignored))
            listing.fault(file, "no label of that name");
        else
            addVolume(file, label, *form, every, listing, volumes);
    }
    const LabelMapping mapping = hasNames
                                     ? LabelMapping::identity(static_cast<int>(listing.classNames.size()))
                                     : LabelMapping::anyAsOne();
    return finishVolumes(std::move(listing), std::move(volumes), *window, mapping, form->folder);
}

} // namespace fedefm
