// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/checkpoint_private.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace fedefm {

namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000; // of the format's own reader

std::optional<DType> dtypeOfName(const std::string& name)
{
    for (const DType type : {DType::F64, DType::F32, DType::F16, DType::BF16, DType::I64, DType::I32,
                             DType::I16, DType::I8, DType::U8, DType::Bool})
        if (name == dtypeName(type))
            return type;
    return std::nullopt;
}

struct Entry
{
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> offsets;
    bool hasShape = false;
};

/// Takes exactly the structure of the format; anything else stops the parser. A document tree would forget
/// names that occur twice.
class HeaderHandler : public nlohmann::json_sax<nlohmann::json>
{
public:
    std::map<std::string, Entry> entries;
    std::map<std::string, std::string> metadata;
    std::string problem;

    bool null() override { return refuse("null"); }
    bool boolean(bool) override { return refuse("a truth value"); }
    bool number_float(number_float_t, const string_t&) override { return refuse("a fractional number"); }
    bool binary(binary_t&) override { return refuse("binary"); }

    bool number_integer(number_integer_t) override { return refuse("a negative number"); }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_depth != 2 || !m_numbers || value > static_cast<std::uint64_t>(INT64_MAX))
            return refuse("a number");
        m_numbers->push_back(static_cast<std::int64_t>(value));
        return true;
    }

    bool string(string_t& value) override
    {
        if (m_depth != 2 || m_numbers)
            return refuse("a text");
        if (!m_entry)
            return metadata.emplace(m_field, value).second || refuse("a metadata name twice");
        if (m_field != "dtype" || !m_entry->dtype.empty())
            return refuse("a text");
        m_entry->dtype = value;
        return true;
    }

    bool start_object(std::size_t) override
    {
        if (m_numbers || ++m_depth > 2)
            return refuse("an object");
        return true;
    }

    bool key(string_t& name) override
    {
        if (m_depth == 2) {
            m_field = name;
            return true;
        }
        m_entry = nullptr;
        m_name = name;
        if (!m_names.insert(name).second)
            return refuse("the same name twice");
        if (name != "__metadata__")
            m_entry = &entries[name];
        return true;
    }

    bool end_object() override
    {
        --m_depth;
        return true;
    }

    bool start_array(std::size_t) override
    {
        if (m_depth != 2 || m_numbers || !m_entry)
            return refuse("a list");
        const bool isShape = m_field == "shape" && !m_entry->hasShape;
        const bool isOffsets = m_field == "data_offsets" && m_entry->offsets.empty();
        if (!isShape && !isOffsets)
            return refuse("a list");
        m_numbers = isShape ? &m_entry->shape : &m_entry->offsets;
        m_entry->hasShape = m_entry->hasShape || isShape;
        return true;
    }

    bool end_array() override
    {
        m_numbers = nullptr;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override
    {
        problem = "the header is not JSON at byte " + std::to_string(kLengthBytes + position);
        return false;
    }

private:
    bool refuse(const char* what)
    {
        problem = std::string("the header has ") + what + " in an unexpected place" +
                  (m_name.empty() ? "" : " (" + m_name.substr(0, 100) + ")");
        return false;
    }

    int m_depth = 0;
    std::set<std::string> m_names;
    std::string m_name;
    std::string m_field;
    Entry* m_entry = nullptr;
    std::vector<std::int64_t>* m_numbers = nullptr;
};

std::string checkEntry(const Entry& entry, std::size_t available)
{
    const auto type = dtypeOfName(entry.dtype);
    if (!type)
        return entry.dtype.empty() ? "has no dtype" : "has the unknown dtype " + entry.dtype.substr(0, 20);
    if (!entry.hasShape || entry.offsets.size() != 2)
        return "has no shape or offsets";
    const std::int64_t begin = entry.offsets[0];
    const std::int64_t end = entry.offsets[1];
    if (begin > end || static_cast<std::uint64_t>(end) > available)
        return "lies outside of the file: bytes " + std::to_string(begin) + " to " + std::to_string(end) +
               " of " + std::to_string(available) + " (truncated?)";
    const auto needed = checkedByteCount(*type, entry.shape);
    if (!needed || *needed != static_cast<std::size_t>(end - begin))
        return "has " + std::to_string(end - begin) + " bytes, which does not fit its shape";
    return {};
}

/// The format wants every byte to belong to exactly one tensor.
std::string checkCoverage(const std::map<std::string, Entry>& entries, std::size_t available)
{
    std::vector<std::pair<std::vector<std::int64_t>, std::string>> order;
    for (const auto& [name, entry] : entries)
        order.emplace_back(entry.offsets, name);
    std::sort(order.begin(), order.end());
    std::int64_t position = 0;
    for (const auto& [offsets, name] : order) {
        if (offsets[0] != position)
            return "tensor " + name.substr(0, 100) +
                   (offsets[0] < position ? " overlaps another at byte " : " follows a gap at byte ") +
                   std::to_string(std::min(offsets[0], position)) + " of the data";
        position = offsets[1];
    }
    if (static_cast<std::size_t>(position) != available)
        return std::to_string(available - static_cast<std::size_t>(position)) +
               " bytes follow the last tensor";
    return {};
}

} // namespace

Result<TensorFile> readSafetensors(const ByteView& bytes, const std::string& subject)
{
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes && i < bytes.size; ++i)
        length |= std::to_integer<std::uint64_t>(bytes.data[i]) << (8 * i);
    if (bytes.size < kLengthBytes || length > bytes.size - kLengthBytes)
        return fail(ErrorCode::ModelBroken, subject,
                    "truncated: the header ends after the file's " + std::to_string(bytes.size) + " bytes");
    if (length > kMaxHeader)
        return fail(ErrorCode::TooLarge, subject, "the header has " + std::to_string(length) + " bytes");
    HeaderHandler header;
    const std::string_view text = bytes.text().substr(kLengthBytes, static_cast<std::size_t>(length));
    if (text.empty() || text.front() != '{' ||
        !nlohmann::json::sax_parse(text.begin(), text.end(),
                                   static_cast<nlohmann::json_sax<nlohmann::json>*>(&header)))
        return fail(ErrorCode::ModelBroken, subject,
                    header.problem.empty() ? "the header is not a JSON object" : header.problem);
    const ByteView data = bytes.part(kLengthBytes + text.size(), bytes.size - kLengthBytes - text.size());
    for (const auto& [name, entry] : header.entries)
        if (const std::string problem = checkEntry(entry, data.size); !problem.empty())
            return fail(ErrorCode::ModelBroken, subject, "tensor " + name.substr(0, 100) + " " + problem);
    if (const std::string problem = checkCoverage(header.entries, data.size); !problem.empty())
        return fail(ErrorCode::ModelBroken, subject, problem);

    TensorFile file;
    file.form = "safetensors";
    file.metadata = std::move(header.metadata);
    for (auto& [name, entry] : header.entries) {
        const auto begin = static_cast<std::size_t>(entry.offsets[0]);
        auto tensor =
            tensorOver(*dtypeOfName(entry.dtype), std::move(entry.shape),
                       data.part(begin, static_cast<std::size_t>(entry.offsets[1]) - begin), subject);
        if (!tensor)
            return tl::unexpected(tensor.error());
        file.tensors.emplace(name, std::move(*tensor));
    }
    return file;
}

} // namespace fedefm
