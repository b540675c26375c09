// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fedefm::dicom {

namespace {

bool isProjection(const std::string& modality)
{
    constexpr std::array<const char*, 8> kModalities{"XA", "RF", "CR", "DX", "MG", "IO", "PX", "RG"};
    return std::any_of(kModalities.begin(), kModalities.end(),
                       [&](const char* name) { return modality == name; });
}

SpacingAttributes spacingAttributes(const HeaderContext& context, const SequenceInfo& info)
{
    const DatasetValues& values = context.values;
    SpacingAttributes spacing;
    spacing.isProjection = isProjection(info.modality);
    spacing.pixelSpacing = values.pair(DCM_PixelSpacing);
    spacing.imagerPixelSpacing = values.pair(DCM_ImagerPixelSpacing);
    spacing.nominalScannedPixelSpacing = values.pair(DCM_NominalScannedPixelSpacing);
    spacing.calibrationType = values.code(DCM_PixelSpacingCalibrationType);
    spacing.magnification = values.number(DCM_EstimatedRadiographicMagnificationFactor).value_or(0.0);
    if (const auto geometry = context.groups.macro(DCM_XRayGeometrySequence);
        geometry && spacing.magnification == 0.0)
        spacing.magnification = geometry->number(DCM_EstimatedRadiographicMagnificationFactor).value_or(0.0);
    const int vertical = values.integer(DCM_PixelAspectRatio, 0).value_or(0);
    const int horizontal = values.integer(DCM_PixelAspectRatio, 1).value_or(0);
    if (vertical > 0 && horizontal > 0)
        spacing.aspectRatio = {vertical, horizontal};
    if (const auto measures = context.groups.macro(DCM_PixelMeasuresSequence);
        measures && !spacing.pixelSpacing)
        spacing.pixelSpacing = measures->pair(DCM_PixelSpacing);
    if (const auto properties = context.groups.macro(DCM_FramePixelDataPropertiesSequence);
        properties && !spacing.imagerPixelSpacing)
        spacing.imagerPixelSpacing = properties->pair(DCM_ImagerPixelSpacing);
    if (const auto calibration = context.groups.macro(DCM_ProjectionPixelCalibrationSequence);
        calibration && !spacing.pixelSpacing) {
        spacing.pixelSpacing = calibration->pair(DCM_ObjectPixelSpacingInCenterOfBeam);
        if (spacing.pixelSpacing)
            spacing.calibrationType = "GEOMETRY";
    }
    return spacing;
}

/// One increment is the mean change per frame, a list holds offsets from the first angle (PS3.3 C.8.7.5.1.3).
double offsetAt(const std::vector<double>& increments, std::size_t frame)
{
    if (increments.size() == 1)
        return increments[0] * static_cast<double>(frame);
    return frame < increments.size() ? increments[frame] : 0.0;
}

void readAngles(const HeaderContext& context, SequenceInfo& info)
{
    const DatasetValues& values = context.values;
    const auto primary = values.number(DCM_PositionerPrimaryAngle);
    const auto secondary = values.number(DCM_PositionerSecondaryAngle);
    if (!primary && !secondary)
        return;
    const CArmAngles first{primary.value_or(0.0), secondary.value_or(0.0)};
    std::vector<double> primarySteps = values.numbers(DCM_PositionerPrimaryAngleIncrement);
    std::vector<double> secondarySteps = values.numbers(DCM_PositionerSecondaryAngleIncrement);
    const auto frames = static_cast<std::size_t>(info.frameCount);
    for (std::vector<double>* steps : {&primarySteps, &secondarySteps})
        if (steps->size() > 1 && steps->size() != frames) {
            info.warnings.emplace_back(
                "Positioner Angle Increments (0018,1520/1521) do not match the frames");
            steps->clear();
        }
    const auto isZero = [](double step) { return step == 0.0; };
    const bool moves = !std::all_of(primarySteps.begin(), primarySteps.end(), isZero) ||
                       !std::all_of(secondarySteps.begin(), secondarySteps.end(), isZero);
    info.angles.assign(1, first);
    for (std::size_t i = 1; moves && i < frames; ++i)
        info.angles.push_back(
            {first.primaryDeg + offsetAt(primarySteps, i), first.secondaryDeg + offsetAt(secondarySteps, i)});
    if (moves) {
        info.angles[0].primaryDeg += primarySteps.size() > 1 ? primarySteps[0] : 0.0;
        info.angles[0].secondaryDeg += secondarySteps.size() > 1 ? secondarySteps[0] : 0.0;
    }
}

/// Where a macro holds the two angles of a frame.
struct AngleTags
{
    DcmTagKey sequence;
    DcmTagKey primary;
    DcmTagKey secondary;
};

std::optional<CArmAngles> anglesOfFrame(const FunctionalGroups& groups, const AngleTags& tags,
                                        std::size_t frame)
{
    const auto position = groups.macro(tags.sequence, frame);
    if (!position)
        return std::nullopt;
    const auto primary = position->number(tags.primary);
    const auto secondary = position->number(tags.secondary);
    if (!primary && !secondary)
        return std::nullopt;
    return CArmAngles{primary.value_or(0.0), secondary.value_or(0.0)};
}

void readFrameAngles(const FunctionalGroups& groups, const AngleTags& tags, SequenceInfo& info)
{
    std::vector<CArmAngles> angles;
    bool differs = false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(info.frameCount); ++i) {
        const auto frame = anglesOfFrame(groups, tags, i);
        if (!frame)
            break;
        differs = differs || frame->primaryDeg != (angles.empty() ? *frame : angles.front()).primaryDeg ||
                  frame->secondaryDeg != (angles.empty() ? *frame : angles.front()).secondaryDeg;
        angles.push_back(*frame);
        if (i == 0 && groups.frameCount() == 0)
            break; // shared by all
    }
    if (angles.empty())
        return;
    if (!differs)
        angles.resize(1);
    if (angles.size() == 1 || angles.size() == static_cast<std::size_t>(info.frameCount))
        info.angles = angles;
}

} // namespace

void readGeometry(const HeaderContext& context, SequenceInfo& info)
{
    info.spacing = resolveSpacing(spacingAttributes(context, info));
    readAngles(context, info);
    if (info.angles.empty())
        readFrameAngles(
            context.groups,
            {DCM_PositionerPositionSequence, DCM_PositionerPrimaryAngle, DCM_PositionerSecondaryAngle}, info);
    if (!info.angles.empty())
        return;
    readFrameAngles(context.groups,
                    {DCM_IsocenterReferenceSystemSequence, DCM_PositionerIsocenterPrimaryAngle,
                     DCM_PositionerIsocenterSecondaryAngle},
                    info);
    if (!info.angles.empty())
        info.warnings.emplace_back("the angles are those of the isocenter system (0018,9462), right for a "
                                   "patient on the back, head first");
}

void readShutter(const HeaderContext& context, SequenceInfo& info)
{
    const auto group = context.groups.macro(DCM_FrameDisplayShutterSequence);
    const DatasetValues& values = group ? *group : context.values;
    for (const std::string& shape : values.codes(DCM_ShutterShape)) {
        if (shape == "RECTANGULAR") {
            const auto left = values.integer(DCM_ShutterLeftVerticalEdge);
            const auto right = values.integer(DCM_ShutterRightVerticalEdge);
            const auto top = values.integer(DCM_ShutterUpperHorizontalEdge);
            const auto bottom = values.integer(DCM_ShutterLowerHorizontalEdge);
            if (left && right && top && bottom && *left <= *right && *top <= *bottom)
                info.shutter.rectangle = Shutter::Rectangle{*left - 1, *right - 1, *top - 1, *bottom - 1};
        } else if (shape == "CIRCULAR") {
            const auto center = values.pair(DCM_CenterOfCircularShutter);
            const auto radius = values.integer(DCM_RadiusOfCircularShutter);
            if (center && radius && *radius > 0 && std::fabs(center->first) < 1e6 &&
                std::fabs(center->second) < 1e6)
                info.shutter.circle = Shutter::Circle{static_cast<int>(center->first) - 1,
                                                      static_cast<int>(center->second) - 1, *radius};
        } else if (shape == "POLYGONAL") {
            const std::vector<double> numbers = values.numbers(DCM_VerticesOfThePolygonalShutter);
            std::vector<std::pair<int, int>> vertices;
            for (std::size_t i = 0; i + 1 < numbers.size() && vertices.size() < 10000; i += 2)
                if (std::fabs(numbers[i]) < 1e6 && std::fabs(numbers[i + 1]) < 1e6)
                    vertices.emplace_back(static_cast<int>(numbers[i]) - 1,
                                          static_cast<int>(numbers[i + 1]) - 1);
            if (vertices.size() >= 3)
                info.shutter.polygon = vertices;
        }
    }
    info.shutter.presentationValue = static_cast<std::uint16_t>(
        std::clamp(values.integer(DCM_ShutterPresentationValue).value_or(0), 0, 65535));
}

} // namespace fedefm::dicom
