// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/frame.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// VOI LUT Function (0028,1056), PS3.3 C.11.2.1.2 and .3.
enum class WindowFunction { Linear, LinearExact, Sigmoid };

struct Window
{
    double center = 0.0;
    double width = 0.0; ///< 0 means "none"
    WindowFunction function = WindowFunction::Linear;
    std::string label; ///< explanation of the file or of a preset
};

/// VOI LUT Sequence item (PS3.3 C.11.2.1.1).
struct VoiLut
{
    int firstMapped = 0;
    int bits = 16;
    std::vector<std::uint16_t> entries;
    std::string label;
};

/// PALETTE COLOR look-up tables, expanded to 8 bits per channel (PS3.3 C.7.6.3.1.5).
struct Palette
{
    int firstMapped = 0;
    std::vector<std::array<std::uint8_t, 3>> entries;
};

/// What the file says about grey values.
struct GreyDefaults
{
    std::vector<Window> windows;
    std::vector<VoiLut> voiLuts;  ///< take precedence over windows for display
    bool inverse = false;         ///< MONOCHROME1, or Presentation LUT Shape INVERSE
    bool applyModalityLut = true; ///< false for XA, XRF and their enhanced forms (PS3.4 N.2.1.2)
    double rescaleSlope = 1.0;    ///< already 1/0 where the modality LUT is not applied
    double rescaleIntercept = 0.0;
    std::optional<VoiLut> modalityLut; ///< Modality LUT Sequence, where it applies
    /// Relation of stored values to X-ray intensity (0028,1040): log-like data are subtracted as they are.
    bool logarithmic = false;
    std::optional<int> paddingValue;
};

/// The display transform of one viewer: stored value → modality LUT → VOI (LUT or window) → presentation → 8
/// bit.
struct DisplayTransform
{
    std::optional<Window> window; ///< none: the VOI LUT if there is one, else the full range of the frame
    int voiLut = -1;              ///< index into GreyDefaults::voiLuts, -1 none
    bool invert = false;          ///< the user's, on top of the file's
};

/// A table from every stored value to 8 bits, built once per window (0.4 ms for 65,536 entries), and its
/// application.
class GreyTable
{
public:
    GreyTable(PixelType type, const GreyDefaults& defaults, const DisplayTransform& transform);

    /// Maps all samples of a one-sample frame; `out` has width·height bytes. The frame's type must match.
    void apply(const Frame& frame, std::uint8_t* out) const;
    std::uint8_t map(int storedValue) const;

    PixelType type() const { return m_type; }
    /// 256 or 65,536 bytes, index = stored value as unsigned.
    const std::uint8_t* entries() const { return m_table.data(); }

private:
    PixelType m_type;
    std::vector<std::uint8_t> m_table; ///< 256 or 65,536 entries, index = stored value as unsigned
};

/// Window of the value range of `frame` between its 0.5 and 99.5 percentile (modality LUT applied).
Window autoWindow(const Frame& frame, const GreyDefaults& defaults);

/// Window of the whole range of the frame's values.
Window fullRangeWindow(const Frame& frame, const GreyDefaults& defaults);

/// The transform with which a frame opens: VOI LUT, else first window, else bits-based full range of `frame`.
DisplayTransform defaultTransform(const Frame& frame, const GreyDefaults& defaults);

/// The window's value in 0…1 for a modality value (PS3.3 C.11.2.1.2.1, C.11.2.1.3.1, C.11.2.1.3.2).
double windowValue(const Window& window, double value);

/// Colour frames and palette frames to interleaved 8-bit RGB; `out` has width·height·3 bytes.
/// `isYbrFull` selects the conversion of PS3.3 C.7.6.3.1.2; a window does not apply to colour.
void colorToRgb(const Frame& frame, bool isYbrFull, std::uint8_t* out);
void paletteToRgb(const Frame& frame, const Palette& palette, std::uint8_t* out);

} // namespace fedefm
