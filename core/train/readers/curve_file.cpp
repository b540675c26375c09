// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/curve_file_private.h"

#include "core/base/atomic_file.h"
#include "core/base/json_text.h"
#include "core/geometry/rasterize.h"
#include "core/train/readers/data_folder_private.h"
#include "core/train/readers/forms_private.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(512) << 20;
constexpr double kGuide3dWidthPx = 2.0;
constexpr int kDeepest = 16;

/// −1 for what is no class of ours.
int labelOf(const Json& name)
{
    if (name.is_number_integer())
        return name == kCatheterLabel || name == kGuidewireLabel ? name.get<int>() : -1;
    if (!name.is_string())
        return -1;
    const std::string text = lowerCase(name.get<std::string>());
    if (text == "catheter")
        return kCatheterLabel;
    return text == "guidewire" || text == "guide wire" || text == "wire" ? kGuidewireLabel : -1;
}

double numberOr(const Json& object, const char* key, double other)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>() : other;
}

std::string textOr(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool readPoint(const Json& item, Point& point)
{
    constexpr double kFarthestPx = 1e6;
    if (item.is_array() && item.size() >= 2 && item[0].is_number() && item[1].is_number())
        point = {item[0].get<double>(), item[1].get<double>()};
    else if (item.is_object() && item.contains("x") && item.contains("y") && item["x"].is_number() &&
             item["y"].is_number())
        point = {item["x"].get<double>(), item["y"].get<double>()};
    else
        return false;
    return std::abs(point.x) < kFarthestPx && std::abs(point.y) < kFarthestPx;
}

std::string shortText(const Json& value)
{
    constexpr std::size_t kLongest = 60;
    return value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, kLongest);
}

/// Points of a line; one that cannot be read is a fault of the record.
Polyline pointsOf(const Json& list, CurveRecord& record)
{
    Polyline points;
    if (!list.is_array()) {
        record.fault = "points: a list is expected";
        return points;
    }
    for (const Json& item : list) {
        Point point;
        if (readPoint(item, point))
            points.push_back(point);
        else if (record.fault.empty())
            record.fault = "the point " + shortText(item) + " is none";
    }
    return points;
}

/// −1 for another device.
int labelIn(const Json& object, const char* key)
{
    return object.is_object() ? labelOf(object.value(key, Json())) : -1;
}

void addCurves(const Json& frame, const char* classKey, CurveRecord& record)
{
    for (const Json& curve : frame.value("curves", Json::array())) {
        const int label = labelIn(curve, classKey);
        if (label > 0 && curve.contains("points"))
            record.curves.push_back(
                {label, pointsOf(curve["points"], record), numberOr(curve, "width_px", 0.0)});
    }
}

std::vector<CurveRecord> fedefmCurves(const Json& document)
{
    std::vector<CurveRecord> records;
    const Json source = document.value("source", Json::object());
    for (const Json& frame : document.at("frames")) {
        CurveRecord record;
        record.image = textOr(frame, "file_name");
        record.series = source.is_object() ? textOr(source, "file") : std::string();
        record.frame = static_cast<int>(numberOr(frame, "frame", 0.0));
        record.order = records.size();
        addCurves(frame, "class", record);
        for (const Json& tip : frame.value("tips", Json::array()))
            if (const int label = labelIn(tip, "class"); label > 0)
                record.tips.push_back({label, pointsOf(Json::array({tip}), record), 0.0});
        records.push_back(std::move(record));
    }
    return records;
}

std::vector<CurveRecord> simulatorTruth(const Json& document)
{
    std::vector<CurveRecord> records;
    for (const Json& frame : document.at("frames")) {
        CurveRecord record;
        record.frame = static_cast<int>(numberOr(frame, "index", 0.0));
        record.order = records.size();
        char name[32];
        std::snprintf(name, sizeof name, "frame_%04d", record.frame);
        record.image = name;
        record.series = "simulated.dcm";
        const auto add = [&record](const Json& device, int label) {
            if (device.is_object())
                record.curves.push_back({label, pointsOf(device.value("points_px", Json::array()), record),
                                         numberOr(device, "width_px", 0.0)});
        };
        add(frame.value("catheter", Json()), kCatheterLabel);
        for (const Json& further : frame.value("further_catheters", Json::array()))
            add(further, kCatheterLabel);
        add(frame.value("guidewire", Json()), kGuidewireLabel);
        records.push_back(std::move(record));
    }
    return records;
}

std::vector<CurveRecord> singlePicture(const Json& document, const std::filesystem::path& file)
{
    CurveRecord record;
    record.image = file.stem().string();
    record.series = textOr(document, "source");
    record.frame = static_cast<int>(numberOr(document, "frame_index", 0.0));
    addCurves(document,
              document.contains("curves") && !document["curves"].empty() &&
                      document["curves"][0].contains("class")
                  ? "class"
                  : "label",
              record);
    return {record};
}

/// Objects with a picture and points, at any depth.
void collectGuide3d(const Json& node, int depth, std::vector<CurveRecord>& records)
{
    if (depth > kDeepest || !node.is_structured())
        return;
    if (node.is_object()) {
        std::string image = textOr(node, "image");
        if (image.empty())
            image = textOr(node, "file_name");
        if (!image.empty() && (node.contains("points") || node.contains("polyline"))) {
            CurveRecord record;
            record.image = image;
            record.order = records.size();
            record.curves.push_back(
                {kGuidewireLabel,
                 pointsOf(node.contains("points") ? node["points"] : node["polyline"], record),
                 kGuide3dWidthPx});
            records.push_back(std::move(record));
            return;
        }
    }
    for (const Json& child : node)
        collectGuide3d(child, depth + 1, records);
}

} // namespace

Result<std::vector<CurveRecord>> readCurveFile(const std::filesystem::path& file)
{
    const auto text = readFile(file, kFileLimit);
    if (!text)
        return tl::unexpected(text.error());
    const auto unknown = [&](const std::string& detail) {
        return fail(ErrorCode::NotRecognised, file.string(), detail);
    };
    try {
        const Json document = parseForeignJson(*text);
        if (document.is_discarded())
            return unknown("it is no JSON, or nested too deep");
        std::vector<CurveRecord> records;
        const bool hasFrames =
            document.is_object() && document.contains("frames") && document["frames"].is_array();
        if (hasFrames && document.value("format", Json()) == "fedefm-curves")
            records = fedefmCurves(document);
        else if (hasFrames && document.contains("simulated"))
            records = simulatorTruth(document);
        else if (document.is_object() && document.contains("curves") && document["curves"].is_array())
            records = singlePicture(document, file);
        else
            collectGuide3d(document, 0, records);
        if (records.empty())
            return unknown("no curves in the file");
        return records;
    } catch (const Json::exception& exception) {
        return unknown(exception.what());
    }
}

std::vector<std::uint8_t> drawCurves(const std::vector<SampleCurve>& curves, int width, int height)
{
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(width) * height);
    for (const int label : {kCatheterLabel, kGuidewireLabel})
        for (const SampleCurve& curve : curves)
            if (curve.label == label && curve.points.size() > 1)
                rasterize(curve.points, curve.widthPx > 0.0 ? curve.widthPx : kGuide3dWidthPx, width, height)
                    .paint(labels.data(), static_cast<std::uint8_t>(label));
    return labels;
}

} // namespace fedefm
