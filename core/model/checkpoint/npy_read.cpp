// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/npy_private.h"
#include "core/model/checkpoint/zip_archive_private.h"

#include <charconv>

namespace fedefm {

namespace {

struct NpyHeader
{
    std::string type;
    bool isFortran = false;
    std::vector<std::int64_t> shape;
};

/// The header is a Python dictionary literal with three keys, in any order.
class HeaderParser
{
public:
    explicit HeaderParser(std::string_view text) : m_text(text) {}

    std::optional<NpyHeader> parse()
    {
        NpyHeader header;
        int found = 0;
        if (!take('{'))
            return std::nullopt;
        while (!take('}')) {
            const std::string key = quoted();
            bool isFine = take(':');
            if (key == "descr")
                isFine = isFine && !(header.type = quoted()).empty();
            else if (key == "fortran_order")
                isFine = isFine && truth(header.isFortran);
            else if (key == "shape")
                isFine = isFine && numbers(header.shape);
            else
                isFine = false;
            if (!isFine || ++found > 3)
                return std::nullopt;
            take(',');
        }
        return found == 3 ? std::optional<NpyHeader>(std::move(header)) : std::nullopt;
    }

private:
    void skipBlanks() { m_text.remove_prefix(std::min(m_text.find_first_not_of(" \n\t"), m_text.size())); }

    bool take(char letter)
    {
        skipBlanks();
        if (m_text.empty() || m_text.front() != letter)
            return false;
        m_text.remove_prefix(1);
        return true;
    }

    std::string quoted()
    {
        const char quote = take('\'') ? '\'' : take('"') ? '"' : '\0';
        const std::size_t end = quote ? m_text.find(quote) : std::string_view::npos;
        if (end == std::string_view::npos)
            return {};
        std::string text(m_text.substr(0, end));
        m_text.remove_prefix(end + 1);
        return text;
    }

    bool truth(bool& value)
    {
        skipBlanks();
        value = m_text.substr(0, 4) == "True";
        if (!value && m_text.substr(0, 5) != "False")
            return false;
        m_text.remove_prefix(value ? 4 : 5);
        return true;
    }

    bool numbers(std::vector<std::int64_t>& values)
    {
        if (!take('('))
            return false;
        while (!take(')')) {
            skipBlanks();
            std::int64_t value = 0;
            const auto result = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
            if (result.ec != std::errc() || value < 0 || values.size() >= 32)
                return false;
            m_text.remove_prefix(static_cast<std::size_t>(result.ptr - m_text.data()));
            take('L'); // of Python 2
            take(',');
            values.push_back(value);
        }
        return true;
    }

    std::string_view m_text;
};

std::optional<DType> dtypeOfCode(std::string_view code)
{
    constexpr std::pair<std::string_view, DType> kCodes[] = {
        {"f8", DType::F64}, {"f4", DType::F32}, {"f2", DType::F16}, {"i8", DType::I64}, {"i4", DType::I32},
        {"i2", DType::I16}, {"i1", DType::I8},  {"u1", DType::U8},  {"b1", DType::Bool}};
    for (const auto& [known, type] : kCodes)
        if (code == known)
            return type;
    return std::nullopt;
}

StridedView viewOf(const NpyHeader& header)
{
    StridedView view;
    view.shape = header.shape;
    view.strides.assign(header.shape.size(), 1);
    std::int64_t step = 1;
    for (std::size_t i = 0; i < header.shape.size(); ++i) {
        const std::size_t d = header.isFortran ? i : header.shape.size() - 1 - i;
        view.strides[d] = step;
        step *= std::max<std::int64_t>(header.shape[d], 1);
    }
    return view;
}

} // namespace

Result<std::optional<StoredTensor>> readNpy(const ByteView& bytes, ByteBudget& budget,
                                            const std::string& subject)
{
    const auto broken = [&](const std::string& what) { return fail(ErrorCode::ModelBroken, subject, what); };
    const std::string_view text = bytes.text();
    if (text.size() < 12 || text.substr(0, kNpyMagic.size()) != kNpyMagic)
        return broken("not a .npy array");
    const std::size_t lengthBytes = text[6] == 1 ? 2 : 4;
    std::size_t headerBytes = 0;
    for (std::size_t i = 0; i < lengthBytes; ++i)
        headerBytes |= static_cast<std::size_t>(static_cast<std::uint8_t>(text[8 + i])) << (8 * i);
    const std::size_t start = 8 + lengthBytes + headerBytes;
    if (text[6] < 1 || text[6] > 3 || start > text.size())
        return broken("the .npy header is truncated or of an unknown version");
    const auto header = HeaderParser(text.substr(8 + lengthBytes, headerBytes)).parse();
    if (!header || header->type.size() < 2)
        return broken("the .npy header is malformed, or its element type has fields");
    if (header->type[1] == 'U' || header->type[1] == 'S')
        return std::optional<StoredTensor>();
    const auto type = dtypeOfCode(std::string_view(header->type).substr(1));
    if (!type)
        return broken("element type " + header->type.substr(0, 20) + " is not supported");
    ByteView data = bytes.part(start, bytes.size - start);
    const auto needed = checkedByteCount(*type, header->shape);
    if (!needed || *needed != data.size)
        return broken("truncated: " + std::to_string(data.size) + " bytes do not fit the .npy shape");
    if (header->type[0] == '>' && bytesPerElement(*type) > 1) {
        if (auto allowed = budget.spend(data.size, subject); !allowed)
            return tl::unexpected(allowed.error());
        auto swapped = swappedBytes(data, bytesPerElement(*type), subject);
        if (!swapped)
            return tl::unexpected(swapped.error());
        data = *swapped;
    }
    auto tensor = viewTensor(*type, viewOf(*header), data, budget, subject);
    if (!tensor)
        return tl::unexpected(tensor.error());
    return std::optional<StoredTensor>(std::move(*tensor));
}

Result<TensorFile> readNpz(const ZipArchive& archive, ByteBudget& budget, const std::string& subject)
{
    constexpr std::string_view kEnding = ".npy";
    TensorFile file;
    file.form = "npz";
    for (const auto& [name, index] : archive.entries()) {
        if (name.size() <= kEnding.size() ||
            name.compare(name.size() - kEnding.size(), kEnding.size(), kEnding) != 0)
            continue;
        const auto bytes = archive.read(name, budget);
        if (!bytes)
            return tl::unexpected(bytes.error());
        auto tensor = readNpy(*bytes, budget, subject);
        if (!tensor)
            return fail(tensor.error().code, subject, name.substr(0, 100) + ": " + tensor.error().detail);
        if (*tensor)
            file.tensors.emplace(name.substr(0, name.size() - kEnding.size()), std::move(**tensor));
    }
    return file;
}

} // namespace fedefm
