// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/info_json.h"

#include <algorithm>

namespace fedefm::cli {

using nlohmann::json;

namespace {

const char* spacingKindName(SpacingKind kind)
{
    switch (kind) {
    case SpacingKind::None:
        return "none";
    case SpacingKind::Detector:
        return "detector";
    case SpacingKind::Geometry:
        return "geometry";
    case SpacingKind::Calibrated:
        return "calibrated";
    }
    return "none";
}

const char* functionName(WindowFunction function)
{
    switch (function) {
    case WindowFunction::Linear:
        return "LINEAR";
    case WindowFunction::LinearExact:
        return "LINEAR_EXACT";
    case WindowFunction::Sigmoid:
        return "SIGMOID";
    }
    return "LINEAR";
}

json windowsJson(const std::vector<Window>& windows)
{
    json list = json::array();
    for (const Window& window : windows)
        list.push_back({{"center", window.center},
                        {"width", window.width},
                        {"function", functionName(window.function)},
                        {"explanation", window.label}});
    return list;
}

json maskItemJson(const MaskSubtraction& mask)
{
    json ranges = json::array();
    for (const auto& [first, last] : mask.applicableRanges)
        ranges.push_back({first, last});
    return {{"operation", maskOperationName(mask.operation)},
            {"mask_frames", mask.maskFrames},
            {"applicable_frames", ranges},
            {"tid_offset", mask.tidOffset},
            {"shift_px", {mask.shiftRowsPx, mask.shiftColumnsPx}},
            {"explanation", mask.label}};
}

/// The first item, with the further ones of the sequence as "others".
json maskJson(const std::optional<MaskSubtraction>& mask)
{
    if (!mask)
        return nullptr;
    json item = maskItemJson(*mask);
    item["others"] = json::array();
    for (const MaskSubtraction& other : mask->others)
        item["others"].push_back(maskItemJson(other));
    return item;
}

json overlaysJson(const std::vector<OverlayPlane>& overlays)
{
    json list = json::array();
    for (const OverlayPlane& overlay : overlays)
        list.push_back({{"group", overlay.group},
                        {"rows", overlay.rows},
                        {"columns", overlay.columns},
                        {"origin", {overlay.originRow, overlay.originColumn}},
                        {"first_frame", overlay.firstFrame},
                        {"frames", overlay.frames},
                        {"label", overlay.label}});
    return list;
}

json shutterJson(const Shutter& shutter)
{
    if (shutter.isEmpty())
        return nullptr;
    json result = json::object();
    if (shutter.rectangle)
        result["rectangle"] = {{"left", shutter.rectangle->left},
                               {"right", shutter.rectangle->right},
                               {"top", shutter.rectangle->top},
                               {"bottom", shutter.rectangle->bottom}};
    if (shutter.circle)
        result["circle"] = {{"center_row", shutter.circle->centerRow},
                            {"center_column", shutter.circle->centerColumn},
                            {"radius", shutter.circle->radius}};
    if (!shutter.polygon.empty())
        result["polygon"] = shutter.polygon;
    return result;
}

json anglesJson(const std::vector<CArmAngles>& angles)
{
    json list = json::array();
    for (const CArmAngles& angle : angles)
        list.push_back({{"primary_deg", angle.primaryDeg},
                        {"secondary_deg", angle.secondaryDeg},
                        {"text", angle.text()}});
    return list;
}

json identityJson(const Identity& identity)
{
    return {{"patient_name", identity.patientName},
            {"patient_id", identity.patientId},
            {"birth_date", identity.birthDate},
            {"sex", identity.sex},
            {"institution", identity.institution},
            {"study_date", identity.studyDate},
            {"study_time", identity.studyTime},
            {"study_description", identity.studyDescription},
            {"series_description", identity.seriesDescription},
            {"accession_number", identity.accessionNumber}};
}

json textOrNull(const std::string& text)
{
    return text.empty() ? json(nullptr) : json(text);
}

} // namespace

std::string maskOperationName(MaskOperation operation)
{
    switch (operation) {
    case MaskOperation::AverageSubtraction:
        return "AVG_SUB";
    case MaskOperation::TimeInterpolatedDifference:
        return "TID";
    case MaskOperation::ReverseTimeInterpolatedDifference:
        return "REV_TID";
    }
    return "AVG_SUB";
}

json infoJson(const std::string& file, const SequenceInfo& info, bool withIdentity)
{
    json entry{{"file", file},
               {"kind", info.kind},
               {"modality", textOrNull(info.modality)},
               {"transfer_syntax", info.transferSyntaxUid.empty() ? json(nullptr)
                                                                  : json{{"uid", info.transferSyntaxUid},
                                                                         {"name", info.transferSyntaxName}}},
               {"rows", info.height},
               {"columns", info.width},
               {"frames", info.frameCount},
               {"bits_allocated", info.bitsAllocated},
               {"bits_stored", info.bitsStored},
               {"signed", info.isSigned},
               {"samples", info.samples},
               {"photometric", info.photometric},
               {"lossy", info.lossy}};
    entry["frame_times_ms"] = info.timing.frameTimesMs;
    entry["fps"] = info.timing.fps;
    entry["rate_source"] = rateSourceName(info.timing.source);
    entry["trim"] = {info.timing.firstFrame, info.timing.lastFrame};
    entry["spacing_mm"] =
        info.spacing.isKnown() ? json{info.spacing.rowMm, info.spacing.columnMm} : json(nullptr);
    entry["spacing_kind"] = spacingKindName(info.spacing.kind);
    entry["windows"] = windowsJson(info.grey.windows);
    entry["voi_luts"] = info.grey.voiLuts.size();
    entry["mask_subtraction"] = maskJson(info.maskSubtraction);
    entry["overlays"] = overlaysJson(info.overlays);
    entry["shutter"] = shutterJson(info.shutter);
    entry["angles"] = anglesJson(info.angles);
    entry["burned_in_annotation"] = info.burnedInAnnotation;
    entry["warnings"] = info.warnings;
    if (withIdentity)
        entry["identity"] = identityJson(info.identity);
    return entry;
}

} // namespace fedefm::cli
