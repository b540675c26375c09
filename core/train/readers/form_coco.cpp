// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json_text.h"
#include "core/train/readers/coco_masks_private.h"
#include "core/train/readers/forms_private.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(1) << 30;

/// Ids are whole numbers by the standard; others write them as 1.0, "1" or words.
using CocoId = std::pair<std::int64_t, std::string>; ///< sorts by number, then words
constexpr std::int64_t kWord = std::numeric_limits<std::int64_t>::max();

struct CocoPicture
{
    std::vector<std::pair<int, Json>> masks; ///< class number and "segmentation"
    std::vector<SampleCurve> tips;
};

struct CocoFile
{
    Json document;
    std::map<CocoId, int> classOf; ///< by category id
    std::set<CocoId> categories;   ///< those, too, that `classes` leaves out
    std::vector<std::string> classNames;
};

std::optional<CocoId> idOf(const Json& object, const char* key)
{
    if (!object.is_object() || !object.contains(key))
        return std::nullopt;
    const Json& id = object[key];
    if (id.is_number_integer())
        return CocoId{id.get<std::int64_t>(), {}};
    if (id.is_number_float() && std::abs(id.get<double>()) < 1e15 && id == std::floor(id.get<double>()))
        return CocoId{static_cast<std::int64_t>(id.get<double>()), {}};
    if (!id.is_string())
        return std::nullopt;
    const std::string text = id.get<std::string>();
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool isNumber = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    return isNumber ? CocoId{number, {}} : CocoId{kWord, text};
}

/// "5", or what stands there instead of an id.
std::string idText(const Json& object, const char* key)
{
    return object.is_object() && object.contains(key)
               ? object[key].dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60)
               : std::string("(none)");
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
    coco.document = parseForeignJson(*text);
    if (!isList(coco.document, "images") || !isList(coco.document, "annotations") ||
        !isList(coco.document, "categories"))
        return fail(ErrorCode::NotRecognised, file.string(), "images, annotations and categories are needed");
    std::map<CocoId, std::string> categories;
    for (const Json& category : coco.document["categories"])
        if (const auto id = idOf(category, "id")) {
            const bool hasName = category.contains("name") && category["name"].is_string();
            categories.emplace(*id, hasName ? category["name"].get<std::string>() : idText(category, "id"));
            coco.categories.insert(*id);
        }
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

using CocoPictures = std::map<CocoId, CocoPicture>;

CocoPictures annotationsOf(const CocoFile& coco, const fs::path& file, Listing& listing)
{
    CocoPictures pictures;
    for (const Json& image : coco.document["images"])
        if (const auto id = idOf(image, "id"))
            pictures[*id];
    for (const Json& annotation : coco.document["annotations"]) {
        const auto fault = [&](const std::string& reason) {
            listing.fault(file, "annotation " + idText(annotation, "id") + " " + reason);
        };
        const auto image = idOf(annotation, "image_id");
        const auto category = idOf(annotation, "category_id");
        const auto picture = image ? pictures.find(*image) : pictures.end();
        if (picture == pictures.end()) {
            fault("belongs to no image (" + idText(annotation, "image_id") + ")");
            continue;
        }
        if (!category || coco.categories.count(*category) == 0) {
            fault("is of no category of the file (" + idText(annotation, "category_id") + ")");
            continue;
        }
        const auto number = coco.classOf.find(*category);
        if (number == coco.classOf.end())
            continue;
        if (annotation.contains("segmentation") && !annotation["segmentation"].empty())
            picture->second.masks.emplace_back(number->second, annotation["segmentation"]);
        addKeypoints(annotation, number->second, picture->second);
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
    std::set<CocoId> seen;
    for (const Json& image : coco->document["images"]) {
        if (form->limit > 0 && listing.items.size() == static_cast<std::size_t>(form->limit))
            break;
        const std::string name = fileNameOf(image);
        ListedItem item;
        item.image = locate(name, {form->folder / imageFolder, form->folder / "images", file->parent_path()});
        const auto id = idOf(image, "id");
        std::string fault;
        if (item.image.empty())
            fault = "no such picture";
        else if (!id)
            fault = "its id is " + idText(image, "id") + ": which annotations are its own is not known";
        else if (!seen.insert(*id).second)
            fault = "its id " + idText(image, "id") + " is that of an earlier image, too";
        if (!fault.empty()) {
            listing.fault(name.empty() ? "image " + idText(image, "id") : name, fault);
            continue;
        }
        item.info.id = (fs::path(name).parent_path() / fs::path(name).stem()).generic_string();
        item.number = read.size();
        read.push_back(pictures.at(*id));
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
