// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/inflate_private.h"

#include <algorithm>
#include <zlib.h>

namespace fedefm::dicom {

namespace {

constexpr int kRawDeflate = -15;
constexpr int kZlibHeader = 15;
enum class Outcome { Complete, Broken, Incomplete, OverLimit };

/// Runs the stream once; with `out` null the bytes are only counted.
class Inflater
{
public:
    Inflater(const ByteSource& source, std::uint64_t offset, int windowBits)
        : m_source(source), m_offset(offset)
    {
        m_ready = inflateInit2(&m_stream, windowBits) == Z_OK;
    }
    ~Inflater()
    {
        if (m_ready)
            inflateEnd(&m_stream);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    Outcome run(std::uint64_t limit, Bytes* out)
    {
        if (!m_ready)
            return Outcome::Broken;
        for (int state = Z_OK; state != Z_STREAM_END;) {
            if (m_stream.avail_in == 0 && !refill())
                return Outcome::Incomplete;
            std::uint8_t* target = m_scratch.data();
            std::size_t room = m_scratch.size();
            if (out) {
                target = out->data() + m_total;
                room = std::min<std::size_t>(out->size() - m_total, 1U << 20);
            }
            // A full buffer still needs a call that sees the end marker; zlib then writes into the spare
            // byte.
            std::uint8_t spare = 0;
            m_stream.next_out = room > 0 ? target : &spare;
            m_stream.avail_out = room > 0 ? static_cast<uInt>(room) : 1U;
            const uInt before = m_stream.avail_out;
            state = inflate(&m_stream, Z_NO_FLUSH);
            m_total += before - m_stream.avail_out;
            if (m_total > limit)
                return Outcome::OverLimit;
            if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
                return Outcome::Broken;
        }
        return Outcome::Complete;
    }

    std::uint64_t total() const { return m_total; }

private:
    bool refill()
    {
        const std::uint64_t left = m_source.size() - std::min(m_source.size(), m_offset);
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, m_input.size()));
        if (count == 0 || !m_source.read(m_offset, m_input.data(), count))
            return false;
        m_offset += count;
        m_stream.next_in = m_input.data();
        m_stream.avail_in = static_cast<uInt>(count);
        return true;
    }

    const ByteSource& m_source;
    std::uint64_t m_offset;
    std::uint64_t m_total = 0;
    z_stream m_stream{};
    bool m_ready = false;
    Bytes m_input = Bytes(1U << 16);
    Bytes m_scratch = Bytes(1U << 16);
};

} // namespace

Result<Bytes> inflateDataset(const ByteSource& source, std::uint64_t offset, long long limit,
                             const std::string& subject)
{
    int bits = kRawDeflate;
    std::uint64_t size = 0;
    Outcome outcome = Outcome::Broken;
    for (const int candidate : {kRawDeflate, kZlibHeader}) {
        Inflater counter(source, offset, candidate);
        outcome = counter.run(static_cast<std::uint64_t>(limit), nullptr);
        bits = candidate;
        size = counter.total();
        if (outcome != Outcome::Broken || size > 0)
            break;
    }
    if (outcome == Outcome::OverLimit)
        return fail(ErrorCode::TooLarge, subject,
                    "the deflated data set grows beyond " + std::to_string(limit) + " bytes");
    if (outcome != Outcome::Complete)
        return fail(ErrorCode::DicomMalformed, subject,
                    "the deflated data set that starts at offset " + std::to_string(offset) +
                        (outcome == Outcome::Incomplete ? " ends early" : " is damaged"));
    Bytes bytes(static_cast<std::size_t>(size));
    if (Inflater(source, offset, bits).run(size, &bytes) != Outcome::Complete)
        return fail(ErrorCode::DicomMalformed, subject, "the deflated data set cannot be read twice");
    return bytes;
}

} // namespace fedefm::dicom
