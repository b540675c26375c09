// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/volume_private.h"

#include <algorithm>
#include <fstream>
#include <zlib.h>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

/// gzip (of several members, too) or zlib, told apart by zlib itself.
class Inflater
{
public:
    Inflater() { m_isReady = inflateInit2(&m_stream, 15 + 32) == Z_OK; }
    ~Inflater() { inflateEnd(&m_stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Appends what `input` gives until `limit` bytes are there; false for a broken stream.
    bool feed(std::string& input, std::string& output, std::uint64_t limit)
    {
        m_stream.next_in = reinterpret_cast<Bytef*>(input.data());
        m_stream.avail_in = static_cast<uInt>(input.size());
        while (m_isReady && output.size() < limit) {
            m_block.resize(std::min<std::uint64_t>(kBlock, limit - output.size()));
            m_stream.next_out = reinterpret_cast<Bytef*>(m_block.data());
            m_stream.avail_out = static_cast<uInt>(m_block.size());
            const int code = inflate(&m_stream, Z_NO_FLUSH);
            output.append(m_block, 0, m_block.size() - m_stream.avail_out);
            m_isAtEnd = code == Z_STREAM_END;
            if (m_isAtEnd && m_stream.avail_in > 0 && inflateReset(&m_stream) == Z_OK)
                continue;
            if (m_isAtEnd || code == Z_BUF_ERROR)
                return true;
            if (code != Z_OK)
                return false;
            if (m_stream.avail_in == 0 && m_stream.avail_out > 0)
                return true;
        }
        return m_isReady;
    }
    bool isAtEnd() const { return m_isAtEnd; }

private:
    static constexpr std::size_t kBlock = std::size_t(1) << 18;
    z_stream m_stream{};
    std::string m_block;
    bool m_isReady = false;
    bool m_isAtEnd = false;
};

Result<std::string> inflateUpTo(const fs::path& file, std::uint64_t limit, bool isStartEnough)
{
    const std::string name = file.string();
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::FileUnreadable, name);
    Inflater inflater;
    std::string output;
    std::string input(std::size_t(1) << 18, '\0');
    while (output.size() < limit) {
        input.resize(std::size_t(1) << 18);
        stream.read(input.data(), static_cast<std::streamsize>(input.size()));
        input.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
        if (input.empty())
            break;
        if (!inflater.feed(input, output, limit))
            return fail(ErrorCode::CodecFailed, name, "zlib");
    }
    if (isStartEnough)
        return output;
    if (output.size() >= limit)
        return fail(ErrorCode::TooLarge, name, "more than " + std::to_string(limit) + " bytes");
    if (!inflater.isAtEnd())
        return fail(ErrorCode::SizeMismatch, name, "the compressed data end too early");
    return output;
}

} // namespace

Result<std::string> inflateFile(const fs::path& file, std::uint64_t limit)
{
    return inflateUpTo(file, limit, false);
}

Result<std::string> inflateStart(const fs::path& file, std::uint64_t count)
{
    return inflateUpTo(file, count, true);
}

} // namespace fedefm
