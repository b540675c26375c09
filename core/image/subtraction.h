// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/mask_subtraction.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// Angiographic subtraction (DSA). Works in log space, because attenuation is additive there; data that are
/// already logarithmic (Pixel Intensity Relationship LOG) are subtracted as they are.
class Subtractor
{
public:
    /// `maskFrames` must have equal size and type and one sample; their mean is the mask.
    /// Errors: InvalidArgument when empty or of different sizes; UnsupportedPixels for colour.
    static Result<std::shared_ptr<const Subtractor>> create(const std::vector<FramePtr>& maskFrames,
                                                            const GreyDefaults& defaults);
    virtual ~Subtractor() = default;

    /// contrast − mask moved by `shift`, plus `landmark` (0…1) of the mask's anatomy, as a U16 frame whose
    /// middle 32768 means "no difference"; darker (smaller) is more attenuation, as in the contrast frame.
    /// Errors: InvalidArgument when the frame does not fit the mask.
    virtual Result<FramePtr> subtract(const Frame& contrast, PixelShift shift, double landmark) const = 0;

    /// Subtraction and window in one pass, 8 bit; `out` has width·height bytes.
    virtual Status subtractAndMap(const Frame& contrast, PixelShift shift, double landmark,
                                  const GreyTable& table, std::uint8_t* out) const = 0;

    /// The shift (0.1 px steps or finer) that best registers the mask with `contrast`, by windowed phase
    /// correlation.
    virtual Result<PixelShift> bestShift(const Frame& contrast) const = 0;
};

/// Display defaults of subtracted frames: U16, window around 32768.
GreyDefaults subtractedDefaults();
/// A window that fits the differences of this subtracted frame, symmetric around 32768.
Window subtractedWindow(const Frame& subtracted);

/// Pixel-wise minimum over frames: dye and wires are dark, so this draws the vessel map. Frames are read one
/// by one.
class MinimumProjection
{
public:
    Status add(const Frame& frame); ///< errors: InvalidArgument on another size or type
    FramePtr result() const;        ///< null while nothing was added

private:
    int m_width = 0;
    int m_height = 0;
    PixelType m_type = PixelType::U8;
    std::vector<std::uint8_t> m_bytes;
};

} // namespace fedefm
