// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <algorithm>

namespace fedefm::dicom {

namespace {

struct Channel
{
    DcmTagKey descriptor;
    DcmTagKey data;
    DcmTagKey segmented;
};

struct Descriptor
{
    std::size_t entries = 0;
    int firstMapped = 0;
    int bits = 16;
};

std::optional<Descriptor> descriptorOf(const DatasetValues& values, const DcmTagKey& tag, bool isSigned)
{
    const auto count = values.integer(tag, 0);
    const auto first = values.integer(tag, 1);
    const auto bits = values.integer(tag, 2);
    if (!count || !first || !bits || (*bits != 8 && *bits != 16))
        return std::nullopt;
    const auto unsignedCount = static_cast<std::uint16_t>(*count);
    Descriptor descriptor;
    descriptor.entries = unsignedCount == 0 ? 65536 : unsignedCount;
    descriptor.firstMapped =
        isSigned ? static_cast<std::int16_t>(*first) : static_cast<std::uint16_t>(*first);
    descriptor.bits = *bits;
    return descriptor;
}

/// Expands segmented data (PS3.3 C.7.9.2): discrete, linear and indirect segments of words.
class Segments
{
public:
    Segments(const std::vector<std::uint16_t>& data, std::size_t limit) : m_data(data), m_limit(limit) {}

    std::vector<std::uint16_t> expanded()
    {
        for (std::size_t at = 0; at + 2 <= m_data.size() && m_out.size() < m_limit;) {
            const std::size_t used = one(at);
            if (used == 0)
                break;
            at += used;
        }
        return m_out;
    }

private:
    std::size_t one(std::size_t at)
    {
        const std::size_t count = m_data[at + 1];
        switch (m_data[at]) {
        case 0:
            return discrete(at + 2, count) ? 2 + count : 0;
        case 1:
            return at + 2 < m_data.size() && !m_out.empty() ? linear(m_data[at + 2], count) : 0;
        case 2:
            return indirect(at, count);
        default:
            return 0;
        }
    }

    bool discrete(std::size_t at, std::size_t count)
    {
        if (at + count > m_data.size() || m_out.size() + count > m_limit)
            return false;
        m_out.insert(m_out.end(), m_data.begin() + static_cast<std::ptrdiff_t>(at),
                     m_data.begin() + static_cast<std::ptrdiff_t>(at + count));
        return true;
    }

    std::size_t linear(std::uint16_t last, std::size_t count)
    {
        const double first = m_out.back();
        for (std::size_t i = 1; i <= count && m_out.size() < m_limit; ++i)
            m_out.push_back(
                static_cast<std::uint16_t>(first + (last - first) * double(i) / double(count) + 0.5));
        return 3;
    }

    /// Repeats earlier segments; their offset is in bytes. References to references are forbidden.
    std::size_t indirect(std::size_t at, std::size_t count)
    {
        if (at + 4 > m_data.size())
            return 0;
        std::size_t source = (std::size_t(m_data[at + 3]) << 16 | m_data[at + 2]) / 2;
        for (std::size_t i = 0; i < count && m_out.size() < m_limit; ++i) {
            if (source + 2 > at || m_data[source] > 1)
                return 0;
            const std::size_t used = one(source);
            if (used == 0)
                return 0;
            source += used;
        }
        return 4;
    }

    const std::vector<std::uint16_t>& m_data;
    std::size_t m_limit;
    std::vector<std::uint16_t> m_out;
};

std::vector<std::uint16_t> entriesOf(const DatasetValues& values, const Channel& channel,
                                     const Descriptor& descriptor)
{
    std::vector<std::uint16_t> words = values.words(channel.data);
    if (words.empty() && values.has(channel.segmented))
        return Segments(values.words(channel.segmented), descriptor.entries).expanded();
    if (words.size() < descriptor.entries) {
        // Two 8-bit entries per word (PS3.3 C.7.6.3.1.6).
        const std::vector<std::uint8_t> packed = values.bytes(channel.data);
        words.assign(packed.begin(), packed.end());
    }
    return words;
}

} // namespace

void readPalette(const HeaderContext& context, SequenceInfo& info)
{
    if (context.format.colorModel() != ColorModel::Palette)
        return;
    const Channel channels[3] = {
        {DCM_RedPaletteColorLookupTableDescriptor, DCM_RedPaletteColorLookupTableData,
         DCM_SegmentedRedPaletteColorLookupTableData},
        {DCM_GreenPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableData,
         DCM_SegmentedGreenPaletteColorLookupTableData},
        {DCM_BluePaletteColorLookupTableDescriptor, DCM_BluePaletteColorLookupTableData,
         DCM_SegmentedBluePaletteColorLookupTableData}};
    auto palette = std::make_shared<Palette>();
    for (std::size_t c = 0; c < 3; ++c) {
        const auto descriptor = descriptorOf(context.values, channels[c].descriptor, context.format.isSigned);
        const auto entries =
            descriptor ? entriesOf(context.values, channels[c], *descriptor) : std::vector<std::uint16_t>();
        if (!descriptor || entries.size() < descriptor->entries) {
            info.warnings.emplace_back("Palette Color Lookup Table (0028,1101-1223) is missing or too short");
            return;
        }
        palette->firstMapped = descriptor->firstMapped;
        palette->entries.resize(std::max(palette->entries.size(), descriptor->entries));
        // Writers exist that put 8-bit values into tables declared as 16 bit.
        const bool isWide = descriptor->bits == 16 && *std::max_element(entries.begin(), entries.end()) > 255;
        for (std::size_t i = 0; i < descriptor->entries; ++i)
            palette->entries[i][c] = static_cast<std::uint8_t>(isWide ? entries[i] >> 8 : entries[i] & 0xFF);
    }
    info.palette = palette;
}

} // namespace fedefm::dicom
