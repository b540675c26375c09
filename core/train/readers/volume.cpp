// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/volume_private.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <list>
#include <mutex>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::uint64_t kVolumeLimit = std::uint64_t(4) << 30;
constexpr std::size_t kKeptVolumes = 4;

double voxelAt(const std::string& data, std::size_t at, const VolumeHeader& header)
{
    const std::size_t count = bytesOf(header.type);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t shift = 8 * (header.isBig ? count - 1 - i : i);
        word |= static_cast<std::uint64_t>(static_cast<unsigned char>(data[at + i])) << shift;
    }
    switch (header.type) {
    case VoxelType::I8:
        return static_cast<std::int8_t>(word);
    case VoxelType::U8:
        return static_cast<std::uint8_t>(word);
    case VoxelType::I16:
        return static_cast<std::int16_t>(word);
    case VoxelType::U16:
        return static_cast<std::uint16_t>(word);
    case VoxelType::I32:
        return static_cast<std::int32_t>(word);
    case VoxelType::U32:
        return static_cast<std::uint32_t>(word);
    case VoxelType::F32: {
        const auto bits = static_cast<std::uint32_t>(word);
        float value = 0.0F;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    case VoxelType::F64: {
        double value = 0.0;
        std::memcpy(&value, &word, sizeof value);
        return value;
    }
    }
    return 0.0;
}

} // namespace

struct Volume::Inflated
{
    std::mutex mutex;
    std::shared_ptr<const Result<std::string>> bytes;
};

std::shared_ptr<Volume::Inflated> Volume::makeInflated()
{
    return std::make_shared<Inflated>();
}

struct VolumeCache::State
{
    std::mutex mutex;
    std::list<std::shared_ptr<const Volume>> volumes;
};

VolumeCache::VolumeCache() : m_state(std::make_shared<State>()) {}

std::shared_ptr<const Volume> VolumeCache::get(const VolumeHeader& header) const
{
    const std::lock_guard lock(m_state->mutex);
    auto& volumes = m_state->volumes;
    const auto found = std::find_if(volumes.begin(), volumes.end(),
                                    [&](const auto& volume) { return volume->header().data == header.data; });
    if (found != volumes.end()) {
        volumes.splice(volumes.begin(), volumes, found);
        return volumes.front();
    }
    volumes.push_front(std::make_shared<const Volume>(header));
    if (volumes.size() > kKeptVolumes)
        volumes.pop_back();
    return volumes.front();
}

std::size_t bytesOf(VoxelType type)
{
    switch (type) {
    case VoxelType::I8:
    case VoxelType::U8:
        return 1;
    case VoxelType::I16:
    case VoxelType::U16:
        return 2;
    case VoxelType::I32:
    case VoxelType::U32:
    case VoxelType::F32:
        return 4;
    case VoxelType::F64:
        return 8;
    }
    return 1;
}

Result<std::string> Volume::bytesOfSlice(int z) const
{
    const std::string name = m_header.data.string();
    const std::uint64_t start = m_header.offset + static_cast<std::uint64_t>(z) * m_header.sliceBytes();
    const auto count = static_cast<std::size_t>(m_header.sliceBytes());
    if (m_header.isCompressed) {
        std::shared_ptr<const Result<std::string>> whole;
        {
            const std::lock_guard lock(m_inflated->mutex);
            if (!m_inflated->bytes)
                m_inflated->bytes =
                    std::make_shared<const Result<std::string>>(inflateFile(m_header.data, kVolumeLimit));
            whole = m_inflated->bytes;
        }
        if (!*whole)
            return tl::unexpected(whole->error());
        if (start > (*whole)->size() || count > (*whole)->size() - start)
            return fail(ErrorCode::SizeMismatch, name, "fewer voxels than the header says");
        return (*whole)->substr(static_cast<std::size_t>(start), count);
    }
    std::ifstream stream(m_header.data, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::FileUnreadable, name);
    std::string bytes(count, '\0');
    stream.seekg(static_cast<std::streamoff>(start));
    stream.read(bytes.data(), static_cast<std::streamsize>(count));
    if (stream.gcount() != static_cast<std::streamsize>(count))
        return fail(ErrorCode::SizeMismatch, name, "fewer voxels than the header says");
    return bytes;
}

Result<std::vector<double>> Volume::slice(int z) const
{
    if (z < 0 || z >= m_header.size[2])
        return fail(ErrorCode::OutOfRange, m_header.data.string(), "slice " + std::to_string(z));
    const auto bytes = bytesOfSlice(z);
    if (!bytes)
        return tl::unexpected(bytes.error());
    std::vector<double> values(static_cast<std::size_t>(m_header.size[0]) * m_header.size[1]);
    const std::size_t step = bytesOf(m_header.type);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = m_header.slope * voxelAt(*bytes, i * step, m_header) + m_header.intercept;
    return values;
}

Sample sliceSample(const std::vector<double>& slice, int width, int height, double low, double high)
{
    Sample sample;
    sample.width = width;
    sample.height = height;
    sample.image.reserve(slice.size());
    for (const double value : slice) {
        const double bounded = std::isfinite(value) ? std::clamp(value, low, high) : low;
        sample.image.push_back(static_cast<float>((bounded - low) / (high - low)));
    }
    return sample;
}

Result<RawLabels> sliceLabels(const std::vector<double>& slice, int width, int height,
                              const std::string& subject)
{
    RawLabels raw;
    raw.width = width;
    raw.height = height;
    raw.values.reserve(slice.size());
    for (const double value : slice) {
        if (!(std::abs(value) < 1e6) || value != std::floor(value))
            return fail(ErrorCode::UnsupportedPixels, subject, "a label is no whole number");
        raw.values.push_back(static_cast<std::int32_t>(value));
    }
    return raw;
}

} // namespace fedefm
