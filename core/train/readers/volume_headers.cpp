// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/data_folder_private.h"
#include "core/train/readers/volume_private.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr int kLargestSide = 65535;
constexpr std::uint64_t kLargestSlice = std::uint64_t(1) << 30;
constexpr std::size_t kHeadBytes = 65536;
constexpr std::size_t kNifti1Bytes = 348;
constexpr std::size_t kNifti2Bytes = 540;

Result<std::string> startOf(const fs::path& file, std::size_t count)
{
    std::error_code code;
    if (!fs::is_regular_file(file, code))
        return fail(ErrorCode::FileNotFound, file.string());
    std::ifstream stream(file, std::ios::binary);
    std::string bytes(count, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
    return bytes;
}

/// Sizes within limits and, where it is not compressed, all voxels in the file.
Status checkVolume(const VolumeHeader& header, const fs::path& file)
{
    for (const int side : header.size)
        if (side < 1 || side > kLargestSide)
            return fail(ErrorCode::TooLarge, file.string(), "size " + std::to_string(side));
    if (header.sliceBytes() > kLargestSlice)
        return fail(ErrorCode::TooLarge, file.string(),
                    "slice of " + std::to_string(header.sliceBytes()) + " bytes");
    std::error_code code;
    const std::uint64_t size = fs::file_size(header.data, code);
    if (code)
        return fail(ErrorCode::FileNotFound, header.data.string());
    const std::uint64_t needed =
        header.offset + header.sliceBytes() * static_cast<std::uint64_t>(header.size[2]);
    if (!header.isCompressed && size < needed)
        return fail(ErrorCode::SizeMismatch, header.data.string(),
                    std::to_string(size) + " bytes instead of " + std::to_string(needed));
    return {};
}

bool isTrue(const std::string& text)
{
    return lowerCase(text) == "true" || text == "1";
}

/// "Key = value" lines up to ElementDataFile, which is the last; `end`: first byte behind it.
std::map<std::string, std::string> metaLines(const std::string& text, std::size_t& end)
{
    std::map<std::string, std::string> values;
    for (end = 0; end < text.size();) {
        const std::size_t stop = std::min(text.find('\n', end), text.size());
        const std::string line = text.substr(end, stop - end);
        end = std::min(stop + 1, text.size());
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos)
            continue;
        const auto trimmed = [](const std::string& part) {
            const std::size_t first = part.find_first_not_of(" \t\r");
            return first == std::string::npos
                       ? std::string()
                       : part.substr(first, part.find_last_not_of(" \t\r") - first + 1);
        };
        const std::string key = trimmed(line.substr(0, equals));
        values[key] = trimmed(line.substr(equals + 1));
        if (key == "ElementDataFile")
            break;
    }
    return values;
}

/// Numbers of a NIfTI header in the byte order of the file.
class NiftiReader
{
public:
    NiftiReader(const std::string& bytes, bool isBig) : m_bytes(bytes), m_isBig(isBig) {}
    std::int64_t integer(std::size_t at, std::size_t count) const
    {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < count; ++i)
            word |= static_cast<std::uint64_t>(static_cast<unsigned char>(m_bytes[at + i]))
                    << (8 * (m_isBig ? count - 1 - i : i));
        const unsigned shift = static_cast<unsigned>(64 - 8 * count);
        return static_cast<std::int64_t>(word << shift) >> shift;
    }
    double real(std::size_t at, std::size_t count) const
    {
        const std::int64_t word = integer(at, count);
        if (count == 8) {
            double value = 0.0;
            std::memcpy(&value, &word, 8);
            return value;
        }
        const auto bits = static_cast<std::uint32_t>(word);
        float value = 0.0F;
        std::memcpy(&value, &bits, 4);
        return value;
    }

private:
    const std::string& m_bytes;
    const bool m_isBig;
};

bool niftiType(std::int64_t code, VoxelType& type)
{
    static const std::map<std::int64_t, VoxelType> types{
        {2, VoxelType::U8},   {4, VoxelType::I16},  {8, VoxelType::I32},   {16, VoxelType::F32},
        {64, VoxelType::F64}, {256, VoxelType::I8}, {512, VoxelType::U16}, {768, VoxelType::U32}};
    const auto found = types.find(code);
    if (found != types.end())
        type = found->second;
    return found != types.end();
}

} // namespace

Result<VolumeHeader> readMetaImage(const fs::path& file)
{
    const auto text = startOf(file, kHeadBytes);
    if (!text)
        return tl::unexpected(text.error());
    std::size_t end = 0;
    auto values = metaLines(*text, end);
    const auto unknown = [&](ErrorCode code, const std::string& detail) {
        return fail(code, file.string(), detail);
    };
    if (values.count("DimSize") == 0 || values.count("ElementType") == 0 ||
        values.count("ElementDataFile") == 0)
        return unknown(ErrorCode::NotRecognised, "not a MetaImage header");
    static const std::map<std::string, VoxelType> types{
        {"MET_CHAR", VoxelType::I8},    {"MET_UCHAR", VoxelType::U8},  {"MET_SHORT", VoxelType::I16},
        {"MET_USHORT", VoxelType::U16}, {"MET_INT", VoxelType::I32},   {"MET_UINT", VoxelType::U32},
        {"MET_FLOAT", VoxelType::F32},  {"MET_DOUBLE", VoxelType::F64}};
    VolumeHeader header;
    const auto type = types.find(values["ElementType"]);
    const std::string channels =
        values.count("ElementNumberOfChannels") ? values["ElementNumberOfChannels"] : "1";
    if (type == types.end() || channels != "1")
        return unknown(ErrorCode::UnsupportedPixels, values["ElementType"] + ", " + channels + " channels");
    header.type = type->second;
    std::istringstream sizes(values["DimSize"]);
    if (values["NDims"] != "3" || !(sizes >> header.size[0] >> header.size[1] >> header.size[2]))
        return unknown(ErrorCode::UnsupportedPixels, "three dimensions are needed");
    header.isBig = isTrue(values["BinaryDataByteOrderMSB"]) || isTrue(values["ElementByteOrderMSB"]);
    header.isCompressed = isTrue(values["CompressedData"]);
    const std::string data = values["ElementDataFile"];
    if (data == "LIST" || data.find('%') != std::string::npos)
        return unknown(ErrorCode::UnsupportedPixels, "one data file is needed");
    header.data = data == "LOCAL" ? file : file.parent_path() / fs::path(data).filename();
    header.offset = data == "LOCAL" ? end : 0;
    if (header.isCompressed && data == "LOCAL")
        return unknown(ErrorCode::UnsupportedPixels, "compressed voxels behind the header");
    if (values.count("HeaderSize") && data != "LOCAL")
        header.offset =
            static_cast<std::uint64_t>(std::max(0L, std::strtol(values["HeaderSize"].c_str(), nullptr, 10)));
    if (const auto checked = checkVolume(header, file); !checked)
        return tl::unexpected(checked.error());
    return header;
}

Result<VolumeHeader> readNifti(const fs::path& file)
{
    const bool isCompressed = hasExtension(file, {".gz"});
    const auto bytes = isCompressed ? inflateStart(file, kNifti2Bytes) : startOf(file, kNifti2Bytes);
    if (!bytes)
        return tl::unexpected(bytes.error());
    const auto unknown = [&](ErrorCode code, const std::string& detail) {
        return fail(code, file.string(), detail);
    };
    if (bytes->size() < kNifti1Bytes)
        return unknown(ErrorCode::NotRecognised, "shorter than a NIfTI header");
    const auto sizeIs = [&](bool isBig, std::size_t count) {
        return NiftiReader(*bytes, isBig).integer(0, 4) == static_cast<std::int64_t>(count);
    };
    VolumeHeader header;
    header.isBig = sizeIs(true, kNifti1Bytes) || sizeIs(true, kNifti2Bytes);
    const NiftiReader reader(*bytes, header.isBig);
    const bool isSecond = sizeIs(header.isBig, kNifti2Bytes);
    const char* magic = isSecond ? "n+2" : "n+1";
    if ((!isSecond && !sizeIs(header.isBig, kNifti1Bytes)) || (isSecond && bytes->size() < kNifti2Bytes) ||
        bytes->compare(isSecond ? 4 : 344, 3, magic) != 0)
        return unknown(ErrorCode::NotRecognised, "not a NIfTI file with its voxels");
    const std::int64_t dimensions = isSecond ? reader.integer(16, 8) : reader.integer(40, 2);
    if (dimensions < 2 || dimensions > 7)
        return unknown(ErrorCode::UnsupportedPixels, std::to_string(dimensions) + " dimensions");
    for (std::size_t d = 0; d < 3; ++d) {
        const std::int64_t side = isSecond ? reader.integer(24 + 8 * d, 8) : reader.integer(42 + 2 * d, 2);
        header.size[d] = static_cast<std::int64_t>(d) >= dimensions
                             ? 1
                             : static_cast<int>(std::clamp<std::int64_t>(side, 0, kLargestSide + 1));
    }
    if (!niftiType(reader.integer(isSecond ? 12 : 70, 2), header.type))
        return unknown(ErrorCode::UnsupportedPixels, "voxel type");
    const double offset = isSecond ? static_cast<double>(reader.integer(168, 8)) : reader.real(108, 4);
    if (!(offset >= 0.0 && offset < 1e9))
        return unknown(ErrorCode::NotRecognised, "voxel offset");
    header.offset = static_cast<std::uint64_t>(offset);
    const double slope = isSecond ? reader.real(176, 8) : reader.real(112, 4);
    // A slope of 0 means that none is given.
    if (std::isfinite(slope) && slope != 0.0) {
        header.slope = slope;
        const double intercept = isSecond ? reader.real(184, 8) : reader.real(116, 4);
        header.intercept = std::isfinite(intercept) ? intercept : 0.0;
    }
    header.data = file;
    header.isCompressed = isCompressed;
    if (const auto checked = checkVolume(header, file); !checked)
        return tl::unexpected(checked.error());
    return header;
}

} // namespace fedefm
