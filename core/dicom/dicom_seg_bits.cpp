// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_bits_private.h"

namespace fedefm {

SegBitPacker::SegBitPacker(int columns, int rows)
    : m_columns(static_cast<std::size_t>(columns)), m_frameBits(m_columns * static_cast<std::size_t>(rows))
{
}

const std::vector<std::uint8_t>& SegBitPacker::append(const RleMask& mask)
{
    const std::size_t total = m_heldBits + m_frameBits;
    m_bytes.assign((total + 7) / 8, 0);
    m_bytes.front() = m_held;
    for (const RleMask::Run& run : mask.runs()) {
        std::size_t bit =
            m_heldBits + static_cast<std::size_t>(run.y) * m_columns + static_cast<std::size_t>(run.x);
        for (const std::size_t end = bit + static_cast<std::size_t>(run.length); bit < end; ++bit)
            m_bytes[bit / 8] = static_cast<std::uint8_t>(m_bytes[bit / 8] | (1U << (bit % 8)));
    }
    m_heldBits = total % 8;
    m_held = 0;
    if (m_heldBits != 0) {
        m_held = m_bytes.back();
        m_bytes.pop_back();
    }
    return m_bytes;
}

const std::vector<std::uint8_t>& SegBitPacker::finish()
{
    m_bytes.clear();
    if (m_heldBits != 0)
        m_bytes.push_back(m_held);
    m_heldBits = 0;
    m_held = 0;
    return m_bytes;
}

void expandBits(const std::uint8_t* packed, std::size_t firstBit, std::size_t count, std::uint8_t* pixels)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t bit = firstBit + i;
        pixels[i] = static_cast<std::uint8_t>((packed[bit / 8] >> (bit % 8)) & 1U);
    }
}

} // namespace fedefm
