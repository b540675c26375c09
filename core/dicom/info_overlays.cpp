// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include <cstring>

namespace fedefm::dicom {

namespace {

constexpr std::uint64_t kMaxOverlayBytes = 256ULL << 20; ///< of all planes together, unpacked
/// Overlays inside the pixels need every frame decoded at once; beyond this they are left out.
constexpr std::uint64_t kMaxEmbeddedPixels = 32ULL << 20;

DcmTagKey tagOf(int group, int element)
{
    return DcmTagKey(static_cast<Uint16>(group), static_cast<Uint16>(element));
}

std::vector<std::uint8_t> unpacked(const std::vector<std::uint8_t>& packed, std::size_t count)
{
    std::vector<std::uint8_t> bits(count);
    for (std::size_t i = 0; i < count; ++i)
        bits[i] = packed[i / 8] >> i % 8 & 1U;
    return bits;
}

/// Retired form: one unused bit of each pixel (0028,0010 × 0028,0011, all image frames).
std::vector<std::uint8_t> embedded(const FrameSource& frames, int bitPosition)
{
    const PixelFormat& format = frames.format();
    std::vector<std::uint8_t> bits;
    for (int frame = 0; frame < format.frames; ++frame) {
        const Result<DecodedSamples> samples = frames.decode(frame);
        if (!samples || samples->bytesPerSample != 2)
            return {};
        for (std::size_t i = 0; i < format.pixelCount(); ++i) {
            std::uint16_t word = 0;
            std::memcpy(&word, samples->bytes.data() + 2 * i, 2);
            bits.push_back(word >> bitPosition & 1U);
        }
    }
    return bits;
}

class OverlayReader
{
public:
    OverlayReader(const HeaderContext& context, const FrameSource& frames, SequenceInfo& info)
        : m_values(context.values), m_frames(frames), m_info(info)
    {
    }

    void read(int group)
    {
        const auto rows = m_values.integer(tagOf(group, 0x0010));
        const auto columns = m_values.integer(tagOf(group, 0x0011));
        if (!rows || !columns)
            return;
        OverlayPlane plane;
        plane.group = group;
        plane.rows = *rows;
        plane.columns = *columns;
        plane.frames = m_values.integer(tagOf(group, 0x0015)).value_or(1);
        plane.originRow = m_values.integer(tagOf(group, 0x0050), 0).value_or(1) - 1;
        plane.originColumn = m_values.integer(tagOf(group, 0x0050), 1).value_or(1) - 1;
        plane.firstFrame = m_values.integer(tagOf(group, 0x0051)).value_or(1) - 1;
        plane.label = m_values.text(tagOf(group, 0x1500));
        if (plane.label.empty())
            plane.label = m_values.text(tagOf(group, 0x0022));
        const bool isSane = plane.rows > 0 && plane.rows <= 65535 && plane.columns > 0 &&
                            plane.columns <= 65535 && plane.frames > 0 && plane.frames <= 1'000'000 &&
                            plane.firstFrame >= 0;
        if (!isSane || !fill(group, plane)) {
            m_info.warnings.push_back("overlay " + name(group) + " is not usable");
            return;
        }
        if (plane.originRow < 0 || plane.originColumn < 0 || plane.originRow > m_info.height - plane.rows ||
            plane.originColumn > m_info.width - plane.columns)
            m_info.warnings.push_back("overlay " + name(group) + " reaches outside the image");
        m_info.overlays.push_back(std::move(plane));
    }

private:
    static std::string name(int group)
    {
        char text[16];
        std::snprintf(text, sizeof text, "(%04X,3000)", static_cast<unsigned>(group));
        return text;
    }

    bool fill(int group, OverlayPlane& plane)
    {
        const std::vector<std::uint8_t> packed = m_values.bytes(tagOf(group, 0x3000));
        if (packed.empty())
            return fillEmbedded(group, plane);
        const auto planePixels = std::uint64_t(plane.rows) * std::uint64_t(plane.columns);
        const std::uint64_t count = planePixels * std::uint64_t(plane.frames);
        if (count > kMaxOverlayBytes - m_used || (count + 7) / 8 > packed.size())
            return false;
        m_used += count;
        plane.bits = unpacked(packed, static_cast<std::size_t>(count));
        return true;
    }

    bool fillEmbedded(int group, OverlayPlane& plane)
    {
        const PixelFormat& format = m_frames.format();
        const int position = m_values.integer(tagOf(group, 0x0102)).value_or(-1);
        const int lowBit = format.highBit + 1 - format.bitsStored;
        const bool isUnused =
            position >= 0 && position < 16 && (position > format.highBit || position < lowBit);
        if (m_values.integer(tagOf(group, 0x0100)).value_or(1) != 16 || !isUnused || !m_frames.isRaw() ||
            format.bitsAllocated != 16 || plane.rows != format.rows || plane.columns != format.columns ||
            format.pixelCount() * std::uint64_t(format.frames) > kMaxEmbeddedPixels)
            return false;
        plane.bits = embedded(m_frames, position);
        plane.frames = format.frames;
        plane.originRow = 0;
        plane.originColumn = 0;
        plane.firstFrame = 0;
        m_used += plane.bits.size();
        return !plane.bits.empty();
    }

    DatasetValues m_values;
    const FrameSource& m_frames;
    SequenceInfo& m_info;
    std::uint64_t m_used = 0;
};

} // namespace

void readOverlays(const HeaderContext& context, const FrameSource& frames, SequenceInfo& info)
{
    OverlayReader reader(context, frames, info);
    for (int group = 0x6000; group <= 0x601E; group += 2)
        reader.read(group);
}

} // namespace fedefm::dicom
