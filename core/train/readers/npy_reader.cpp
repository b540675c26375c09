// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/npy_reader_private.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <regex>

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(1) << 30;
constexpr std::size_t kHeadLimit = 65536;

struct Header
{
    char kind = 'u';
    std::size_t bytes = 1;
    bool isBig = false;
    bool isFortran = false;
    std::vector<std::size_t> shape;
    std::size_t start = 0; ///< of the values
};

std::uint64_t littleEndian(const std::string& data, std::size_t at, int bytes)
{
    std::uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(data[at + static_cast<std::size_t>(i)]);
    return value;
}

Result<Header> parseHeader(const std::string& data, const std::string& name)
{
    const auto broken = [&](const char* detail) { return fail(ErrorCode::PictureUnreadable, name, detail); };
    if (data.size() < 12 || data.compare(0, 6, "\x93NUMPY") != 0)
        return broken("not a npy file");
    const int lengthBytes = data[6] == 1 ? 2 : 4;
    const std::size_t textStart = 8 + static_cast<std::size_t>(lengthBytes);
    const std::uint64_t length = littleEndian(data, 8, lengthBytes);
    if (length > data.size() - textStart || length > kHeadLimit)
        return broken("header beyond the end");
    const std::string text = data.substr(textStart, static_cast<std::size_t>(length));
    Header header;
    header.start = textStart + static_cast<std::size_t>(length);
    std::smatch match;
    if (!std::regex_search(text, match, std::regex("'descr'\\s*:\\s*'([<>=|]?)([biuf])(\\d{1,2})'")))
        return fail(ErrorCode::UnsupportedPixels, name, "element type is no plain number");
    header.isBig = match[1] == ">";
    header.kind = match[2].str()[0];
    header.bytes = static_cast<std::size_t>(std::stoi(match[3]));
    header.isFortran = std::regex_search(text, std::regex("'fortran_order'\\s*:\\s*True"));
    if (!std::regex_search(text, match, std::regex("'shape'\\s*:\\s*\\(([0-9, ]*)\\)")))
        return broken("no shape");
    const std::string shape = match[1];
    const std::regex number("\\d{1,9}");
    for (std::sregex_iterator it(shape.begin(), shape.end(), number), end; it != end; ++it)
        header.shape.push_back(static_cast<std::size_t>(std::stoul(it->str())));
    const bool isKnown = header.kind == 'b'   ? header.bytes == 1
                         : header.kind == 'f' ? header.bytes == 4 || header.bytes == 8
                                              : header.bytes == 1 || header.bytes == 2 || header.bytes == 4 ||
                                                    header.bytes == 8;
    if (!isKnown)
        return fail(ErrorCode::UnsupportedPixels, name, "element type");
    return header;
}

/// NaN for what is not a whole number.
double valueAt(const std::string& data, std::size_t at, const Header& header)
{
    unsigned char bytes[8] = {};
    for (std::size_t i = 0; i < header.bytes; ++i)
        bytes[i] = static_cast<unsigned char>(data[at + (header.isBig ? header.bytes - 1 - i : i)]);
    std::uint64_t word = 0;
    for (std::size_t i = 8; i-- > 0;)
        word = word << 8 | bytes[i];
    if (header.kind == 'f') {
        if (header.bytes == 8) {
            double value = 0.0;
            std::memcpy(&value, &word, 8);
            return value;
        }
        const auto half = static_cast<std::uint32_t>(word);
        float value = 0.0F;
        std::memcpy(&value, &half, 4);
        return value;
    }
    if (header.kind == 'i') {
        const unsigned shift = static_cast<unsigned>(64 - 8 * header.bytes);
        return static_cast<double>(static_cast<std::int64_t>(word << shift) >> shift);
    }
    return static_cast<double>(word);
}

/// Position in the file of element `index` of the C order.
std::size_t fileIndex(std::size_t index, const Header& header)
{
    if (!header.isFortran)
        return index;
    std::size_t position = 0;
    std::size_t remaining = index;
    std::vector<std::size_t> coordinates(header.shape.size());
    for (std::size_t d = header.shape.size(); d-- > 0;) {
        coordinates[d] = remaining % header.shape[d];
        remaining /= header.shape[d];
    }
    std::size_t stride = 1;
    for (std::size_t d = 0; d < header.shape.size(); ++d) {
        position += coordinates[d] * stride;
        stride *= header.shape[d];
    }
    return position;
}

/// `count` bytes from `offset` on; fewer at the end of the file.
Result<std::string> readBytes(const std::filesystem::path& file, std::uint64_t offset, std::size_t count)
{
    std::error_code code;
    if (!std::filesystem::is_regular_file(file, code))
        return fail(code == std::errc::no_such_file_or_directory || !code ? ErrorCode::FileNotFound
                                                                          : ErrorCode::FileUnreadable,
                    file.string());
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::FileUnreadable, file.string());
    stream.seekg(0, std::ios::end);
    const auto size = static_cast<std::uint64_t>(stream.tellg());
    if (offset > size)
        return std::string();
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, size - offset)), '\0');
    stream.seekg(static_cast<std::streamoff>(offset));
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (stream.gcount() != static_cast<std::streamsize>(bytes.size()))
        return fail(ErrorCode::FileUnreadable, file.string());
    return bytes;
}

Result<Header> readHeader(const std::filesystem::path& file)
{
    const auto head = readBytes(file, 0, kHeadLimit + 16);
    if (!head)
        return tl::unexpected(head.error());
    return parseHeader(*head, file.string());
}

Result<std::size_t> countOf(const std::vector<std::size_t>& shape, const std::string& name)
{
    std::size_t count = 1;
    for (const std::size_t extent : shape) {
        if (extent > 0 && count > kFileLimit / extent)
            return fail(ErrorCode::TooLarge, name);
        count *= extent;
    }
    return count;
}

Result<NpyArray> readValues(const std::filesystem::path& file, const Header& header, std::uint64_t offset)
{
    const auto count = countOf(header.shape, file.string());
    if (!count)
        return tl::unexpected(count.error());
    const auto data = readBytes(file, offset, *count * header.bytes);
    if (!data)
        return tl::unexpected(data.error());
    if (data->size() < *count * header.bytes)
        return fail(ErrorCode::SizeMismatch, file.string(), "fewer values than the shape needs");
    NpyArray array;
    array.shape = header.shape;
    array.values.resize(*count);
    for (std::size_t i = 0; i < *count; ++i) {
        const double value = valueAt(*data, fileIndex(i, header) * header.bytes, header);
        if (!(std::abs(value) <= std::numeric_limits<std::int32_t>::max()) || value != std::floor(value))
            return fail(ErrorCode::UnsupportedPixels, file.string(), "a value is no whole number");
        array.values[i] = static_cast<std::int32_t>(value);
    }
    return array;
}

} // namespace

Result<NpyArray> readNpy(const std::filesystem::path& file)
{
    const auto header = readHeader(file);
    if (!header)
        return tl::unexpected(header.error());
    return readValues(file, *header, header->start);
}

Result<NpyArray> readNpyPart(const std::filesystem::path& file, std::size_t index)
{
    auto header = readHeader(file);
    if (!header)
        return tl::unexpected(header.error());
    if (header->shape.size() < 2 || header->isFortran)
        return fail(ErrorCode::UnsupportedPixels, file.string(),
                    "an array of several pictures in C order is needed");
    if (index >= header->shape.front())
        return fail(ErrorCode::OutOfRange, file.string(), "entry " + std::to_string(index));
    header->shape.erase(header->shape.begin());
    const auto count = countOf(header->shape, file.string());
    if (!count)
        return tl::unexpected(count.error());
    return readValues(file, *header,
                      header->start + static_cast<std::uint64_t>(index) * *count * header->bytes);
}

Result<std::vector<std::size_t>> npyShape(const std::filesystem::path& file)
{
    const auto header = readHeader(file);
    if (!header)
        return tl::unexpected(header.error());
    // Readers make an entry for each picture, so that there must be as many as the header says.
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(file, code);
    std::uintmax_t needed = header->bytes;
    for (const std::size_t extent : header->shape) {
        if (code || extent > size)
            return fail(ErrorCode::SizeMismatch, file.string(), "fewer values than the header says");
        needed *= std::max<std::size_t>(1, extent);
        if (needed > size)
            return fail(ErrorCode::SizeMismatch, file.string(), "fewer values than the header says");
    }
    return header->shape;
}

} // namespace fedefm
