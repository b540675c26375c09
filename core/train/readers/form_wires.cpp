// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/train/readers/csv_reader_private.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kExamples = 16;

/// The actions of all tables, by the folder of the table and the video.
class Actions
{
public:
    struct Span
    {
        long long first;
        long long last;
        int action;
    };
    using Videos = std::map<std::string, std::vector<Span>>;
    std::map<fs::path, Videos> byFolder;
    std::vector<std::string> names;

    /// By the picture's name, its folder or the folder above, in the tables beside and above it first. Where
    /// no table names its video, the nearest one counts if it is of a single video: that needs no name.
    int of(const fs::path& image) const
    {
        const long long frame = frameNumberOf(image.stem().string());
        const std::vector<const Videos*> tables = tablesFor(image);
        for (const Videos* table : tables)
            if (const auto action = byName(*table, image, frame))
                return *action;
        return !tables.empty() && tables.front()->size() == 1 ? at(tables.front()->begin()->second, frame)
                                                              : -1;
    }

private:
    /// Those of the folders that the picture lies below, the nearest first, then the others.
    std::vector<const Videos*> tablesFor(const fs::path& image) const
    {
        std::vector<const Videos*> near, others;
        for (const auto& [folder, videos] : byFolder) {
            const fs::path relative = image.lexically_relative(folder);
            const bool isBelow = !relative.empty() && *relative.begin() != "..";
            (isBelow ? near : others).push_back(&videos);
        }
        // Of the folders above a picture, those further down come later in the order of paths.
        std::reverse(near.begin(), near.end());
        near.insert(near.end(), others.begin(), others.end());
        return near;
    }

    /// Nothing when the table does not know the video; −1 for a frame between the actions.
    static std::optional<int> byName(const Videos& videos, const fs::path& image, long long frame)
    {
        std::optional<int> action;
        for (const std::string& name :
             {withoutFrameNumber(image.stem().string()), image.parent_path().filename().string(),
              image.parent_path().parent_path().filename().string()}) {
            const auto video = videos.find(name);
            if (video != videos.end() && action.value_or(-1) < 0)
                action = at(video->second, frame);
        }
        return action;
    }

    static int at(const std::vector<Span>& spans, long long frame)
    {
        for (const Span& span : spans)
            if (frame >= span.first && frame <= span.last)
                return span.action;
        return -1;
    }
};

/// CathAction's tables: video_id, start_frame, stop_frame and the action as class number, name or both.
void addActions(const fs::path& file, Actions& actions, Listing& listing)
{
    const auto table = readCsv(file);
    if (!table)
        return listing.fault(file, table.error());
    const int video = table->column({"video_id", "video"});
    const int first = table->column({"start_frame", "start"});
    const int last = table->column({"stop_frame", "end_frame", "stop"});
    const int action = table->column({"narration", "action", "class_name", "class", "action_class", "verb"});
    if (video < 0 || first < 0 || last < 0 || action < 0)
        return;
    Actions::Videos& videos = actions.byFolder[file.parent_path()];
    for (const auto& row : table->rows) {
        const std::string& name = row[static_cast<std::size_t>(action)];
        const auto known = std::find(actions.names.begin(), actions.names.end(), name);
        const int number = static_cast<int>(known - actions.names.begin());
        if (known == actions.names.end())
            actions.names.push_back(name);
        const auto frame = [&row](int column) {
            return frameNumberOf(row[static_cast<std::size_t>(column)]);
        };
        videos[row[static_cast<std::size_t>(video)]].push_back({frame(first), frame(last), number});
    }
    for (const std::size_t line : table->brokenLines)
        listing.fault(file, "line " + std::to_string(line) + " has another number of columns");
}

/// Sorted names, so that the classes do not depend on the order of the rows.
void sortNames(Actions& actions)
{
    std::vector<std::string> sorted = actions.names;
    std::sort(sorted.begin(), sorted.end());
    for (auto& folder : actions.byFolder)
        for (auto& video : folder.second)
            for (Actions::Span& span : video.second) {
                const auto place = std::find(sorted.begin(), sorted.end(),
                                             actions.names[static_cast<std::size_t>(span.action)]);
                span.action = static_cast<int>(place - sorted.begin());
            }
    actions.names = std::move(sorted);
}

/// The middle of each box of a YOLO file (class, centre and size as shares of the picture) as a curve of one
/// point.
void addTips(const fs::path& file, Sample& sample)
{
    const auto text = readFile(file, std::size_t(1) << 20);
    if (!text)
        return;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream values(line);
        values.imbue(std::locale::classic());
        int number = 0;
        double x = 0.0, y = 0.0, width = 0.0, height = 0.0;
        if (!(values >> number >> x >> y >> width >> height) ||
            !(x >= 0.0 && x <= 1.0 && y >= 0.0 && y <= 1.0))
            continue;
        sample.curves.push_back({kTipLabel, {{x * sample.width - 0.5, y * sample.height - 0.5}}, 0.0});
    }
}

Status listImages(const FormOptions& form, bool needsMasks, Listing& listing, Actions& actions,
                  std::map<fs::path, fs::path>& tips)
{
    const auto files = filesIn(form.folder, true);
    if (!files)
        return tl::unexpected(files.error());
    const PairFinder finder(form.folder, *files);
    for (const fs::path& file : *files)
        if (hasExtension(file, {".csv"}))
            addActions(file, actions, listing);
    sortNames(actions);
    for (const fs::path& file : *files) {
        if (!finder.isImage(file))
            continue;
        const auto mask = finder.maskOf(file);
        const std::string key = (file.parent_path().lexically_relative(form.folder) / file.stem())
                                    .lexically_normal()
                                    .generic_string();
        const int action = actions.of(file);
        if (!mask && (needsMasks || action < 0)) {
            listing.fault(file, "no mask");
            continue;
        }
        ListedItem item;
        item.info.id = key;
        item.info.imageClass = action;
        item.image = file;
        item.label = mask.value_or(fs::path());
        // Frames of one video belong together; a folder of bare numbers is one video.
        if (!assignGroup(item, ownGroup(key, form), form, listing))
            continue;
        if (const auto boxes = finder.companionOf(file, ".txt"))
            tips.emplace(file, *boxes);
        listing.items.push_back(std::move(item));
        if (form.limit > 0 && listing.items.size() == static_cast<std::size_t>(form.limit))
            break;
    }
    return {};
}

/// CathAction's masks come with class numbers or as grey levels; the first files tell which.
Result<LabelMapping> guessWireValues(const Listing& listing)
{
    std::vector<RawLabels> examples;
    for (std::size_t k = 0; k < std::min(kExamples, listing.items.size()); ++k) {
        const ListedItem& item =
            listing.items[k * listing.items.size() / std::min(kExamples, listing.items.size())];
        if (item.label.empty())
            continue;
        if (auto raw = readLabelFile(item.label))
            examples.push_back(std::move(*raw));
    }
    std::int32_t largest = 0;
    for (const RawLabels& raw : examples)
        for (const std::int32_t value : raw.values)
            largest = std::max(largest, value);
    if (largest <= 2)
        return LabelMapping::identity(3);
    return LabelMapping::guess(examples, 0);
}

enum class WireValues { ClassNumbers, AnyIsCatheter, Guess };

FormResult openWires(const Json& description, const fs::path& base, WireValues values, bool needsMasks)
{
    StrictObject options(description, "data");
    const Json classes = options.value("classes");
    const auto form = readFormOptions(options, base);
    if (!form)
        return tl::unexpected(form.error());
    Listing listing;
    Actions actions;
    std::map<fs::path, fs::path> tips;
    if (const auto listed = listImages(*form, needsMasks, listing, actions, tips); !listed)
        return tl::unexpected(listed.error());
    checkHeaders(listing);
    auto mapping = !classes.is_null()                    ? LabelMapping::parse(classes, 3)
                   : values == WireValues::ClassNumbers  ? LabelMapping::identity(3)
                   : values == WireValues::AnyIsCatheter ? LabelMapping::anyAsOne()
                                                         : guessWireValues(listing);
    if (!mapping)
        return tl::unexpected(mapping.error());
    listing.classNames = wireClassNames();
    listing.imageClassNames = actions.names;
    listing.read = [mapping = mapping->withClassCount(3), tips](const ListedItem& item) {
        auto sample = readPair(item, mapping);
        if (const auto boxes = tips.find(item.image); sample && boxes != tips.end())
            addTips(boxes->second, *sample);
        return sample;
    };
    return listedDataset(std::move(listing), form->folder);
}

} // namespace

const std::vector<std::string>& wireClassNames()
{
    static const std::vector<std::string> names{"background", "catheter", "guidewire"};
    return names;
}

FormResult openEiPhantom(const Json& description, const fs::path& base)
{
    return openWires(description, base, WireValues::ClassNumbers, true);
}

FormResult openEiSimulation(const Json& description, const fs::path& base)
{
    return openWires(description, base, WireValues::AnyIsCatheter, true);
}

FormResult openCathAction(const Json& description, const fs::path& base)
{
    return openWires(description, base, WireValues::Guess, false);
}

} // namespace fedefm
