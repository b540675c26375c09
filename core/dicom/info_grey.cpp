// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include <algorithm>
#include <array>

namespace fedefm::dicom {

namespace {

constexpr std::size_t kMaxLuts = 32;

/// Classes whose modality LUT is not for display (PS3.4 N.2.1.2).
bool skipsModalityLut(const SequenceInfo& info)
{
    constexpr std::array<const char*, 5> kClasses{UID_XRayAngiographicImageStorage,
                                                  UID_XRayRadiofluoroscopicImageStorage,
                                                  UID_RETIRED_XRayAngiographicBiPlaneImageStorage,
                                                  UID_EnhancedXAImageStorage, UID_EnhancedXRFImageStorage};
    if (info.ids.sopClassUid.empty())
        return info.modality == "XA" || info.modality == "RF";
    return std::any_of(kClasses.begin(), kClasses.end(),
                       [&](const char* uid) { return info.ids.sopClassUid == uid; });
}

std::optional<VoiLut> lutOf(const DatasetValues& item, bool isSigned)
{
    const auto count = item.integer(DCM_LUTDescriptor, 0);
    const auto first = item.integer(DCM_LUTDescriptor, 1);
    const auto bits = item.integer(DCM_LUTDescriptor, 2);
    if (!count || !first || !bits || *bits < 1 || *bits > 16)
        return std::nullopt;
    VoiLut lut;
    lut.bits = *bits;
    lut.firstMapped = isSigned ? static_cast<std::int16_t>(*first) : static_cast<std::uint16_t>(*first);
    lut.label = item.text(DCM_LUTExplanation);
    const auto unsignedCount = static_cast<std::uint16_t>(*count);
    const std::size_t entries = unsignedCount == 0 ? 65536 : unsignedCount;
    lut.entries = item.words(DCM_LUTData);
    if (lut.entries.size() < entries && lut.bits <= 8) {
        // Two 8-bit entries per word.
        const std::vector<std::uint8_t> packed = item.bytes(DCM_LUTData);
        if (packed.size() >= entries)
            lut.entries.assign(packed.begin(), packed.end());
    }
    if (lut.entries.size() < entries)
        return std::nullopt;
    lut.entries.resize(entries);
    return lut;
}

WindowFunction functionOf(const std::string& code)
{
    if (code == "SIGMOID")
        return WindowFunction::Sigmoid;
    return code == "LINEAR_EXACT" ? WindowFunction::LinearExact : WindowFunction::Linear;
}

void readWindows(const DatasetValues& values, GreyDefaults& grey)
{
    const std::vector<double> centers = values.numbers(DCM_WindowCenter);
    const std::vector<double> widths = values.numbers(DCM_WindowWidth);
    const std::string labels = values.text(DCM_WindowCenterWidthExplanation);
    const WindowFunction function = functionOf(values.code(DCM_VOILUTFunction));
    std::size_t labelStart = 0;
    for (std::size_t i = 0; i < std::min({centers.size(), widths.size(), kMaxLuts}); ++i) {
        const std::size_t labelEnd = std::min(labels.find('\\', labelStart), labels.size());
        const std::string label = labels.substr(std::min(labelStart, labels.size()), labelEnd - labelStart);
        labelStart = std::min(labelEnd + 1, labels.size());
        // A width below 1 is no LINEAR window (PS3.3 C.11.2.1.2.1).
        const bool isUsable = function == WindowFunction::Linear ? widths[i] >= 1.0 : widths[i] > 0.0;
        if (isUsable)
            grey.windows.push_back({centers[i], widths[i], function, label});
    }
}

/// Values of VOI LUTs are read against what the modality LUT gives: signed when that can be negative.
void readVoi(const DatasetValues& values, bool isSigned, SequenceInfo& info)
{
    std::size_t seen = 0;
    for (const DatasetValues& item : values.items(DCM_VOILUTSequence)) {
        if (++seen > kMaxLuts)
            break;
        if (auto lut = lutOf(item, isSigned))
            info.grey.voiLuts.push_back(std::move(*lut));
        else
            info.warnings.emplace_back("VOI LUT (0028,3010) item " + std::to_string(seen) + " is not usable");
    }
    readWindows(values, info.grey);
}

/// The viewer has one set of windows for all frames.
void warnOfDifferingVoi(const HeaderContext& context, SequenceInfo& info)
{
    const auto first = context.groups.macro(DCM_FrameVOILUTSequence);
    for (std::size_t i = 1; first && i < context.groups.frameCount(); ++i) {
        const auto other = context.groups.macro(DCM_FrameVOILUTSequence, i);
        const auto differs = [&](const DcmTagKey& tag) { return first->raw(tag) != other->raw(tag); };
        if (other && (differs(DCM_WindowCenter) || differs(DCM_WindowWidth) || differs(DCM_VOILUTFunction))) {
            info.warnings.emplace_back(
                "Frame VOI LUT (0028,9132) differs between frames; the first frame's is used for all");
            return;
        }
    }
}

void readModality(const HeaderContext& context, SequenceInfo& info)
{
    GreyDefaults& grey = info.grey;
    grey.applyModalityLut = !skipsModalityLut(info);
    if (!grey.applyModalityLut)
        return;
    if (const auto item = context.values.firstItem(DCM_ModalityLUTSequence)) {
        grey.modalityLut = lutOf(*item, context.format.isSigned);
        if (!grey.modalityLut)
            info.warnings.emplace_back("Modality LUT (0028,3000) is not usable");
        else
            return;
    }
    const auto group = context.groups.macro(DCM_PixelValueTransformationSequence);
    const DatasetValues& values = group ? *group : context.values;
    const double slope = values.number(DCM_RescaleSlope).value_or(1.0);
    grey.rescaleIntercept = values.number(DCM_RescaleIntercept).value_or(0.0);
    grey.rescaleSlope = slope == 0.0 ? 1.0 : slope;
}

} // namespace

void readGrey(const HeaderContext& context, SequenceInfo& info)
{
    const DatasetValues& values = context.values;
    GreyDefaults& grey = info.grey;
    readModality(context, info);
    const bool canBeNegative = context.format.isSigned || (!grey.modalityLut && grey.rescaleIntercept < 0.0);
    if (const auto group = context.groups.macro(DCM_FrameVOILUTSequence))
        readVoi(*group, canBeNegative, info);
    else
        readVoi(values, canBeNegative, info);
    warnOfDifferingVoi(context, info);
    // The shape says it all where it is given; MONOCHROME1 requires INVERSE (PS3.3 C.11.6.1.2).
    const std::string shape = values.code(DCM_PresentationLUTShape);
    grey.inverse = context.format.photometric == "MONOCHROME1" || shape == "INVERSE";
    const auto properties = context.groups.macro(DCM_FramePixelDataPropertiesSequence);
    const std::string own = properties ? properties->code(DCM_PixelIntensityRelationship) : std::string();
    grey.logarithmic = (own.empty() ? values.code(DCM_PixelIntensityRelationship) : own) == "LOG";
    if (const auto padding = values.integer(DCM_PixelPaddingValue))
        grey.paddingValue = context.format.isSigned ? static_cast<std::int16_t>(*padding)
                                                    : static_cast<int>(static_cast<std::uint16_t>(*padding));
}

} // namespace fedefm::dicom
