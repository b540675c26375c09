// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/cine_timing.h"
#include "core/image/frame.h"
#include "core/image/grey_pipeline.h"
#include "core/image/mask_subtraction.h"
#include "core/image/overlay.h"
#include "core/image/shutter.h"
#include "core/image/spacing.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// Who and what is on the picture, UTF-8. For display only: never logged, never part of a title or a
/// recent-file list.
struct Identity
{
    std::string patientName; ///< as shown: "Family, Given"
    std::string patientId;
    std::string birthDate; ///< ISO 8601 where the file allows it, else as stored
    std::string sex;
    std::string institution;
    std::string studyDate;
    std::string studyTime;
    std::string studyDescription;
    std::string seriesDescription;
    std::string accessionNumber;
};

/// Unique identifiers; empty for what is not DICOM.
struct InstanceIds
{
    std::string patientKey; ///< groups instances of one patient: ID and name, not for display
    std::string studyUid;
    std::string seriesUid;
    std::string sopInstanceUid;
    std::string sopClassUid;
    int seriesNumber = 0;
    int instanceNumber = 0;
};

/// Positioner angles in degrees (PS3.3 C.8.7.5): primary > 0 is LAO, secondary > 0 is CRA.
struct CArmAngles
{
    double primaryDeg = 0.0;
    double secondaryDeg = 0.0;
    /// "LAO 30 CRA 20"; rounded to whole degrees, 0 written as "LAO 0" and "CRA 0".
    std::string text() const;
};

enum class ColorModel { Grey, Palette, Rgb, YbrFull };

/// Everything about a sequence that is known without decoding a frame.
struct SequenceInfo
{
    std::string path;     ///< file or folder
    std::string kind;     ///< "DICOM", "picture", "pictures", "video", "generated"
    std::string modality; ///< "XA", "RF", …; empty for what is not DICOM
    std::string transferSyntaxUid;
    std::string transferSyntaxName;
    int width = 0;  ///< columns
    int height = 0; ///< rows
    int frameCount = 0;
    int samples = 1;
    int bitsAllocated = 8;
    int bitsStored = 8;
    bool isSigned = false;
    PixelType pixelType = PixelType::U8;
    std::string photometric; ///< DICOM's term, "MONOCHROME2" for grey pictures, "RGB" for colour ones
    ColorModel colorModel = ColorModel::Grey;
    bool lossy = false;
    int representativeFrame = -1; ///< 0-based; -1: none given, the viewer takes the middle

    CineTiming timing;
    PixelSpacing spacing;
    GreyDefaults grey; ///< windows, VOI LUTs, presentation, padding
    std::shared_ptr<const Palette> palette;
    std::optional<MaskSubtraction> maskSubtraction;
    std::vector<OverlayPlane> overlays;
    Shutter shutter;
    std::vector<CArmAngles> angles; ///< empty, one for all frames, or one per frame
    /// Patient orientation of rows and columns as in (0020,0020), e.g. {"L", "F"}; empty strings when absent.
    std::string rowOrientation;
    std::string columnOrientation;
    bool burnedInAnnotation = false;

    Identity identity;
    InstanceIds ids;
    std::vector<std::string> warnings; ///< technical, without patient data

    int defaultFrame() const { return representativeFrame >= 0 ? representativeFrame : frameCount / 2; }
};

/// A lazily decoded image sequence. All methods may be called from several threads at once.
class Sequence
{
public:
    virtual ~Sequence() = default;

    virtual const SequenceInfo& info() const = 0;

    /// Decodes frame `index` (0-based) to its stored values. Nothing is cached here; see FrameCache.
    /// Errors: OutOfRange, SizeMismatch, CodecFailed, UnsupportedSyntax, FileUnreadable.
    virtual Result<FramePtr> read(int index) const = 0;
};

using SequencePtr = std::shared_ptr<const Sequence>;

/// Names a frame everywhere: SOP instance UID (or path for what is not DICOM) and 0-based index.
/// Files count from 1; the conversion happens in the readers and writers only.
struct FrameId
{
    std::string instance;
    int index = 0;
    friend bool operator==(const FrameId& a, const FrameId& b)
    {
        return a.index == b.index && a.instance == b.instance;
    }
};

FrameId frameId(const SequenceInfo& info, int index);

} // namespace fedefm
