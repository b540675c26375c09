// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/train/readers/coco_masks_private.h"
#include "core/train/readers/forms_private.h"

#include <algorithm>
#include <map>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(1) << 30;

struct CocoPicture
{
    std::vector<std::pair<int, Json>> masks; ///< class number and "segmentation"
    std::vector<SampleCurve> tips;
};

struct CocoFile
{
    Json document;
    std::map<std::int64_t, int> classOf; ///< by category id
    std::vector<std::string> classNames;
};

std::int64_t idOf(const Json& object, const char* key)
{
    return object.is_object() && object.contains(key) && object[key].is_number_integer()
               ? object[key].get<std::int64_t>()
               : -1;
}

bool isList(const Json& document, const char* key)
{
    return document.is_object() && document.contains(key) && document[key].is_array();
}

/// Categories in the order of their ids become classes 1, 2 …, unless `classes` names them.
Result<CocoFile> readCoco(const fs::path& file, const Json& classes)
{
    const auto text = readFile(file, kFileLimit);
    if (!text)
        return tl::unexpected(text.error());
    CocoFile coco;
    coco.document = Json::parse(*text, nullptr, false);
    if (!isList(coco.document, "images") || !isList(coco.document, "annotations") ||
        !isList(coco.document, "categories"))
        return fail(ErrorCode::NotRecognised, file.string(), "images, annotations and categories are needed");
    std::map<std::int64_t, std::string> categories;
    for (const Json& category : coco.document["categories"])
        if (const std::int64_t id = idOf(category, "id"); id >= 0)
            categories.emplace(id, category.value("name", std::to_string(id)));
    coco.classNames = {"background"};
    for (const auto& [id, name] : categories) {
        int number = static_cast<int>(coco.classNames.size());
        if (classes.is_object()) {
            if (!classes.contains(name))
                continue;
            number = classes[name].is_number_integer() ? classes[name].get<int>() : 0;
            if (number < 1 || number > 254)
                return fail(ErrorCode::InvalidArgument, "classes",
                            name + ": a class number from 1 to 254 is needed");
        }
        coco.classOf.emplace(id, number);
        if (coco.classNames.size() <= static_cast<std::size_t>(number))
            coco.classNames.resize(static_cast<std::size_t>(number) + 1);
        coco.classNames[static_cast<std::size_t>(number)] = name;
    }
    if (coco.classNames.size() < 2)
        return fail(ErrorCode::NotRecognised, file.string(), "no category");
    for (std::size_t c = 0; c < coco.classNames.size(); ++c)
        if (coco.classNames[c].empty())
            coco.classNames[c] = "class " + std::to_string(c);
    return coco;
}

/// Visible key points, each a curve of one point; COCO counts them from the centre of the first pixel, as we
/// do.
void addKeypoints(const Json& annotation, int number, CocoPicture& picture)
{
    if (!isList(annotation, "keypoints"))
        return;
    const Json& points = annotation["keypoints"];
    for (std::size_t i = 0; i + 2 < points.size(); i += 3)
        if (points[i].is_number() && points[i + 1].is_number() && points[i + 2].is_number() &&
            points[i + 2] != 0)
            picture.tips.push_back({number, {{points[i].get<double>(), points[i + 1].get<double>()}}, 0.0});
}

std::map<std::int64_t, CocoPicture> annotationsOf(const CocoFile& coco, const fs::path& file,
                                                  Listing& listing)
{
    std::map<std::int64_t, CocoPicture> pictures;
    for (const Json& image : coco.document["images"])
        pictures[idOf(image, "id")];
    for (const Json& annotation : coco.document["annotations"]) {
        const auto picture = pictures.find(idOf(annotation, "image_id"));
        const auto category = coco.classOf.find(idOf(annotation, "category_id"));
        if (picture == pictures.end()) {
            listing.fault(file,
                          "annotation " + std::to_string(idOf(annotation, "id")) + " belongs to no image");
            continue;
        }
        if (category == coco.classOf.end())
            continue;
        if (annotation.contains("segmentation") && !annotation["segmentation"].empty())
            picture->second.masks.emplace_back(category->second, annotation["segmentation"]);
        addKeypoints(annotation, category->second, picture->second);
    }
    for (auto& picture : pictures)
        std::stable_sort(picture.second.masks.begin(), picture.second.masks.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    return pictures;
}

Result<Sample> readCocoPicture(const ListedItem& item, const CocoPicture& picture)
{
    auto sample = readImage(item.image, item.frame);
    if (!sample)
        return sample;
    sample->labels.assign(static_cast<std::size_t>(sample->width) * sample->height, 0);
    for (const auto& [number, segmentation] : picture.masks) {
        const auto mask = cocoMask(segmentation, sample->width, sample->height);
        if (!mask)
            return fail(mask.error().code, item.info.id, mask.error().detail);
        mask->paint(sample->labels.data(), static_cast<std::uint8_t>(number));
    }
    sample->curves = picture.tips;
    return sample;
}

Result<fs::path> findAnnotations(const FormOptions& form, const std::string& given)
{
    if (!given.empty())
        return (form.folder / given).lexically_normal();
    const auto files = filesIn(form.folder, true);
    if (!files)
        return tl::unexpected(files.error());
    for (const fs::path& file : *files)
        if (hasExtension(file, {".json"}))
            if (const auto coco = readCoco(file, {}))
                return file;
    return fail(ErrorCode::NotRecognised, form.folder.string(), "no COCO file; name it as \"annotations\"");
}

std::string fileNameOf(const Json& image)
{
    return image.is_object() && image.contains("file_name") && image["file_name"].is_string()
               ? image["file_name"].get<std::string>()
               : std::string();
}

/// Empty when it is in none of the folders.
fs::path locate(const std::string& name, const std::vector<fs::path>& folders)
{
    std::error_code ignored;
    for (const fs::path& folder : folders)
        if (!name.empty() && fs::is_regular_file(folder / name, ignored))
            return (folder / name).lexically_normal();
    return {};
}

} // namespace

FormResult openCoco(const Json& description, const fs::path& base)
{
    std::string annotations, imageFolder;
    StrictObject options(description, "data");
    options.text("annotations", annotations);
    options.text("image_folder", imageFolder);
    const Json classes = options.value("classes");
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    const auto file = findAnnotations(*form, annotations);
    if (!file)
        return tl::unexpected(file.error());
    const auto coco = readCoco(*file, classes);
    if (!coco)
        return tl::unexpected(coco.error());
    Listing listing;
    listing.classNames = coco->classNames;
    const auto pictures = annotationsOf(*coco, *file, listing);
    std::vector<CocoPicture> read;
    for (const Json& image : coco->document["images"]) {
        if (form->limit > 0 && listing.items.size() == static_cast<std::size_t>(form->limit))
            break;
        const std::string name = fileNameOf(image);
        ListedItem item;
        item.image = locate(name, {form->folder / imageFolder, form->folder / "images", file->parent_path()});
        if (item.image.empty()) {
            listing.fault(name.empty() ? "image " + std::to_string(idOf(image, "id")) : name,
                          "no such picture");
            continue;
        }
        item.info.id = (fs::path(name).parent_path() / fs::path(name).stem()).generic_string();
        item.number = read.size();
        read.push_back(pictures.at(idOf(image, "id")));
        if (assignGroup(item, ownGroup(item.info.id, *form), *form, listing))
            listing.items.push_back(std::move(item));
    }
    checkHeaders(listing);
    listing.read = [read = std::move(read)](const ListedItem& item) {
        return readCocoPicture(item, read[item.number]);
    };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace fedefm
