// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/segmentation_json_private.h"

#include "core/base/clock.h"
#include "core/base/version.h"
#include "core/image/picture_sequence.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace fedefm {

using nlohmann::json;

namespace {

constexpr int kCurvesVersion = 1;

/// A thousandth of a pixel is beyond any meaning; shorter numbers keep the files readable.
double rounded(double value)
{
    return std::round(value * 1000.0) / 1000.0;
}

std::string textOf(const json& document)
{
    return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

json sourceJson(const SequenceInfo& info)
{
    return {
        {"file", std::filesystem::path(info.path).filename().string()},
        {"sop_instance_uid", info.ids.sopInstanceUid.empty() ? json(nullptr) : json(info.ids.sopInstanceUid)},
        {"rows", info.height},
        {"columns", info.width},
        {"frames", info.frameCount}};
}

json modelJson(const ExportJob& job)
{
    if (job.results.empty())
        return nullptr;
    const Provenance& provenance = job.results.front()->provenance;
    return {{"id", provenance.modelId}, {"version", provenance.modelVersion}, {"device", provenance.device}};
}

json curveJson(const WireCurve& curve)
{
    json points = json::array();
    for (const Point& p : curve.points)
        points.push_back({rounded(p.x), rounded(p.y)});
    return {{"class", wireClassName(curve.wireClass)},
            {"width_px", rounded(curve.widthPx)},
            {"confidence", rounded(curve.confidence)},
            {"points", points}};
}

json tipJson(const WireTip& tip)
{
    return {{"class", wireClassName(tip.wireClass)},
            {"x", rounded(tip.position.x)},
            {"y", rounded(tip.position.y)},
            {"confidence", rounded(tip.confidence)}};
}

json frameJson(const ExportJob& job, const Segmentation& segmentation)
{
    json curves = json::array();
    for (const WireCurve& curve : segmentation.curves)
        curves.push_back(curveJson(curve));
    json tips = json::array();
    for (const WireTip& tip : segmentation.tips)
        tips.push_back(tipJson(tip));
    const std::string name = pictureName(*job.sequence, segmentation.provenance.frame.index);
    return {{"frame", segmentation.provenance.frame.index},
            {"file_name", name.empty() ? json(nullptr) : json(name)},
            {"confidence", rounded(segmentation.confidence)},
            {"elapsed_ms", rounded(segmentation.provenance.elapsedMs)},
            {"curves", curves},
            {"tips", tips}};
}

json categoriesJson()
{
    json categories = json::array();
    for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire})
        categories.push_back({{"id", static_cast<int>(wireClass)},
                              {"name", wireClassName(wireClass)},
                              {"supercategory", "device"},
                              {"keypoints", {"tip"}},
                              {"skeleton", json::array()}});
    return categories;
}

json annotationJson(const ClassMask& item, const Segmentation& segmentation, int id)
{
    const RleMask::Box box = item.mask.bounds();
    json keypoints{0, 0, 0};
    double score = segmentation.confidence;
    for (const WireTip& tip : segmentation.tips)
        if (tip.wireClass == item.wireClass) {
            keypoints = {rounded(tip.position.x), rounded(tip.position.y), 2};
            score = tip.confidence;
            break;
        }
    return {{"id", id},
            {"image_id", segmentation.provenance.frame.index + 1},
            {"category_id", static_cast<int>(item.wireClass)},
            {"segmentation",
             {{"counts", item.mask.toCocoCounts()}, {"size", {item.mask.height(), item.mask.width()}}}},
            {"area", item.mask.area()},
            {"bbox", {box.x, box.y, box.width, box.height}},
            {"iscrowd", 0},
            {"keypoints", keypoints},
            {"num_keypoints", keypoints[2] == 2 ? 1 : 0},
            {"score", rounded(score)}};
}

json imageJson(const ExportJob& job, int frame)
{
    char name[32];
    std::snprintf(name, sizeof name, "frame_%04d.png", frame);
    const SequenceInfo& info = job.sequence->info();
    const std::string source = pictureName(*job.sequence, frame);
    return {{"id", frame + 1},
            {"file_name", source.empty() ? name : source},
            {"width", info.width},
            {"height", info.height},
            {"frame", frame}};
}

} // namespace

std::string curvesJson(const ExportJob& job)
{
    json frames = json::array();
    for (const SegmentationPtr& result : job.results)
        frames.push_back(frameJson(job, *result));
    return textOf({{"format", "fedefm-curves"},
                   {"version", kCurvesVersion},
                   {"note", kResearchUse},
                   {"source", sourceJson(job.sequence->info())},
                   {"model", modelJson(job)},
                   {"frames", frames}});
}

std::string cocoJson(const ExportJob& job)
{
    json images = json::array();
    json annotations = json::array();
    for (const SegmentationPtr& result : job.results) {
        images.push_back(imageJson(job, result->provenance.frame.index));
        for (const ClassMask& item : result->masks)
            if (!item.mask.isEmpty())
                annotations.push_back(
                    annotationJson(item, *result, static_cast<int>(annotations.size()) + 1));
    }
    return textOf({{"info",
                    {{"description", kResearchUse},
                     {"contributor", std::string(kProductName) + " " + kVersion},
                     {"date_created", isoTimeUtc()},
                     {"source", sourceJson(job.sequence->info())},
                     {"model", modelJson(job)}}},
                   {"licenses", json::array()},
                   {"images", images},
                   {"annotations", annotations},
                   {"categories", categoriesJson()}});
}

} // namespace fedefm
