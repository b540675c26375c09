// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/train/readers/csv_reader_private.h"
#include "core/train/readers/forms_private.h"
#include "core/train/readers/pair_finder_private.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kExamples = 16;

class Actions
{
public:
    struct Span
    {
        long long first;
        long long last;
        int action;
    };
    std::map<std::string, std::vector<Span>> byVideo;
    std::vector<std::string> names;

    /// By the picture's name, its folder or the folder above; a table of one video needs no name.
    int of(const fs::path& image) const
    {
        const std::string stem = image.stem().string();
        const long long frame = frameNumberOf(stem);
        if (byVideo.size() == 1)
            return at(byVideo.begin()->first, frame);
        for (const std::string& video : {withoutFrameNumber(stem), image.parent_path().filename().string(),
                                         image.parent_path().parent_path().filename().string()})
            if (const int action = at(video, frame); action >= 0)
                return action;
        return -1;
    }

private:
    int at(const std::string& video, long long frame) const
    {
        const auto spans = byVideo.find(video);
        if (spans != byVideo.end())
            for (const Span& span : spans->second)
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
    for (const auto& row : table->rows) {
        const std::string& name = row[static_cast<std::size_t>(action)];
        const auto known = std::find(actions.names.begin(), actions.names.end(), name);
        const int number = static_cast<int>(known - actions.names.begin());
        if (known == actions.names.end())
            actions.names.push_back(name);
        const auto frame = [&row](int column) {
            return frameNumberOf(row[static_cast<std::size_t>(column)]);
        };
        actions.byVideo[row[static_cast<std::size_t>(video)]].push_back({frame(first), frame(last), number});
    }
    for (const std::size_t line : table->brokenLines)
        listing.fault(file, "line " + std::to_string(line) + " has another number of columns");
}

/// Sorted names, so that the classes do not depend on the order of the rows.
void sortNames(Actions& actions)
{
    std::vector<std::string> sorted = actions.names;
    std::sort(sorted.begin(), sorted.end());
    for (auto& video : actions.byVideo)
        for (Actions::Span& span : video.second) {
            const auto place =
                std::find(sorted.begin(), sorted.end(), actions.names[static_cast<std::size_t>(span.action)]);
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
