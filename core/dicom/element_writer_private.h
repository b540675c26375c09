// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/element_head_private.h"

namespace fedefm::dicom {

/// Appends elements in a given encoding; sequences and items are written with undefined length.
class ElementWriter
{
public:
    explicit ElementWriter(Bytes& out) : m_out(out) {}

    std::size_t mark() const { return m_out.size(); }
    void rewind(std::size_t mark) { m_out.resize(mark); }

    void head(std::uint32_t tag, std::string_view vr, std::uint32_t length, Encoding encoding)
    {
        tagBytes(tag, encoding);
        if (encoding.explicitVr) {
            m_out.insert(m_out.end(), vr.begin(), vr.end());
            if (!isLongVr(vr)) {
                half(static_cast<std::uint16_t>(length), encoding);
                return;
            }
            m_out.insert(m_out.end(), 2, 0);
        }
        word(length, encoding);
    }

    void delimiter(std::uint32_t tag, std::uint32_t length, Encoding encoding)
    {
        tagBytes(tag, encoding);
        word(length, encoding);
    }

    bool value(const ByteSource& source, std::uint64_t offset, std::uint32_t length)
    {
        const std::size_t start = m_out.size();
        m_out.resize(start + length);
        return source.read(offset, m_out.data() + start, length);
    }

private:
    void tagBytes(std::uint32_t tag, Encoding encoding)
    {
        half(static_cast<std::uint16_t>(tag >> 16), encoding);
        half(static_cast<std::uint16_t>(tag & 0xFFFF), encoding);
    }
    void half(std::uint16_t v, Encoding encoding)
    {
        const auto low = static_cast<std::uint8_t>(v & 0xFF);
        const auto high = static_cast<std::uint8_t>(v >> 8);
        m_out.push_back(encoding.bigEndian ? high : low);
        m_out.push_back(encoding.bigEndian ? low : high);
    }
    void word(std::uint32_t v, Encoding encoding)
    {
        const auto low = static_cast<std::uint16_t>(v & 0xFFFF);
        const auto high = static_cast<std::uint16_t>(v >> 16);
        half(encoding.bigEndian ? high : low, encoding);
        half(encoding.bigEndian ? low : high, encoding);
    }

    Bytes& m_out;
};

} // namespace fedefm::dicom
