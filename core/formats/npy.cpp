// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/npy.h"

#include <cerrno>
#include <cstring>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kHeaderAlignment = 64;

tl::unexpected<Error> streamError(const fs::path& file, int number)
{
    const bool full = number == ENOSPC || number == EDQUOT;
    return fail(full ? ErrorCode::DiskFull : ErrorCode::WriteFailed, file.string(), std::strerror(number));
}

std::string header(const std::string& dtype, const std::vector<std::size_t>& shape)
{
    std::string text = "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (";
    for (const std::size_t length : shape)
        text += std::to_string(length) + ", ";
    text += "), }";
    const std::size_t unpadded = 10 + text.size() + 1;
    text.append((kHeaderAlignment - unpadded % kHeaderAlignment) % kHeaderAlignment, ' ');
    text += '\n';
    std::string bytes = "\x93NUMPY\x01";
    bytes += '\0';
    bytes += static_cast<char>(text.size() & 0xFF);
    bytes += static_cast<char>(text.size() >> 8);
    return bytes + text;
}

std::size_t itemBytes(const std::string& dtype)
{
    return dtype == "|u1" ? 1 : dtype == "<u2" || dtype == "<i2" ? 2 : 0;
}

} // namespace

NpyWriter::NpyWriter(fs::path target, AtomicFile file, std::unique_ptr<std::FILE, Closer> stream,
                     std::size_t expected)
    : m_target(std::move(target)), m_file(std::move(file)), m_stream(std::move(stream)), m_expected(expected)
{
}

Result<NpyWriter> NpyWriter::create(const fs::path& target, const std::string& dtype,
                                    const std::vector<std::size_t>& shape, Overwrite overwrite)
{
    std::size_t expected = itemBytes(dtype);
    if (expected == 0)
        return fail(ErrorCode::InvalidArgument, target.string(), "npy type " + dtype);
    for (const std::size_t length : shape)
        if (__builtin_mul_overflow(expected, length, &expected))
            return fail(ErrorCode::TooLarge, target.string(), "npy shape");
    auto file = AtomicFile::create(target, overwrite);
    if (!file)
        return tl::unexpected(file.error());
    std::unique_ptr<std::FILE, Closer> stream(std::fopen(file->temporaryPath().c_str(), "wb"));
    if (!stream)
        return streamError(target, errno);
    const std::string head = header(dtype, shape);
    if (std::fwrite(head.data(), 1, head.size(), stream.get()) != head.size())
        return streamError(target, errno);
    return NpyWriter(target, std::move(*file), std::move(stream), expected);
}

Status NpyWriter::append(const void* bytes, std::size_t count)
{
    if (!m_stream || count > m_expected - m_written)
        return fail(ErrorCode::Internal, m_target.string(), "more values than the npy shape holds");
    if (std::fwrite(bytes, 1, count, m_stream.get()) != count)
        return streamError(m_target, errno);
    m_written += count;
    return {};
}

Status NpyWriter::finish()
{
    if (!m_stream || m_written != m_expected)
        return fail(ErrorCode::Internal, m_target.string(),
                    std::to_string(m_written) + " of " + std::to_string(m_expected) + " bytes written");
    if (std::fclose(m_stream.release()) != 0)
        return streamError(m_target, errno);
    return m_file.commit();
}

const char* npyType(PixelType type)
{
    switch (type) {
    case PixelType::U8:
        return "|u1";
    case PixelType::U16:
        return "<u2";
    case PixelType::I16:
        return "<i2";
    }
    return "|u1";
}

} // namespace fedefm
