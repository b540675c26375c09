// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/npy_reader_private.h"

#include "core/base/atomic_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <regex>

namespace fedefm {

namespace {

constexpr std::size_t kFileLimit = std::size_t(1) << 30;

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
    if (length > data.size() - textStart || length > 65536)
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

} // namespace

Result<NpyArray> readNpy(const std::filesystem::path& file)
{
    const auto data = readFile(file, kFileLimit);
    if (!data)
        return tl::unexpected(data.error());
    const auto header = parseHeader(*data, file.string());
    if (!header)
        return tl::unexpected(header.error());
    std::size_t count = 1;
    for (const std::size_t extent : header->shape) {
        if (extent > 0 && count > kFileLimit / extent)
            return fail(ErrorCode::TooLarge, file.string());
        count *= extent;
    }
    if (count > (data->size() - header->start) / header->bytes)
        return fail(ErrorCode::SizeMismatch, file.string(), "fewer values than the shape needs");
    NpyArray array;
    array.shape = header->shape;
    array.values.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double value = valueAt(*data, header->start + fileIndex(i, *header) * header->bytes, *header);
        if (!(std::abs(value) <= std::numeric_limits<std::int32_t>::max()) || value != std::floor(value))
            return fail(ErrorCode::UnsupportedPixels, file.string(), "a value is no whole number");
        array.values[i] = static_cast<std::int32_t>(value);
    }
    return array;
}

} // namespace fedefm
