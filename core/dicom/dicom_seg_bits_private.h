// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/geometry/rle_mask.h"

#include <cstdint>
#include <vector>

namespace fedefm {

/// Packs masks to one bit per pixel, least significant bit first, running on across rows and frames without
/// padding (PS3.5 8.1.1 and annex D). Feeds whole bytes; the bits left over wait for the next frame.
class SegBitPacker
{
public:
    SegBitPacker(int columns, int rows);

    /// The bytes that this frame completes; valid until the next call.
    const std::vector<std::uint8_t>& append(const RleMask& mask);
    /// The last, partly filled byte, if there is one.
    const std::vector<std::uint8_t>& finish();

private:
    std::size_t m_columns;
    std::size_t m_frameBits;
    std::size_t m_heldBits = 0;
    std::uint8_t m_held = 0;
    std::vector<std::uint8_t> m_bytes;
};

/// Expands `count` bits that start `firstBit` bits into `packed` to bytes of 0 and 1.
void expandBits(const std::uint8_t* packed, std::size_t firstBit, std::size_t count, std::uint8_t* pixels);

} // namespace fedefm
