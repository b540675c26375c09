// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace fedefm {

/// Sample type of stored values.
enum class PixelType { U8, U16, I16 };

inline int bytesPerSample(PixelType type)
{
    return type == PixelType::U8 ? 1 : 2;
}

/// One decoded picture: immutable stored values, native endianness, row-major, samples interleaved (1 grey, 3
/// colour). Shared between threads as FramePtr.
class Frame
{
public:
    /// `bytes` must hold width·height·samples values of `type`.
    Frame(int widthPx, int heightPx, int samples, PixelType type, std::vector<std::uint8_t> bytes);

    int width() const { return m_width; }
    int height() const { return m_height; }
    int samples() const { return m_samples; }
    PixelType type() const { return m_type; }
    std::size_t sampleCount() const { return static_cast<std::size_t>(m_width) * m_height * m_samples; }
    std::size_t byteCount() const { return m_bytes.size(); }
    const std::uint8_t* bytes() const { return m_bytes.data(); }

    /// Typed view; T must match type().
    template <typename T> const T* data() const { return reinterpret_cast<const T*>(m_bytes.data()); }

    /// Stored value at (x, y) of sample s, whatever the type; for read-outs, not for loops over pictures.
    int valueAt(int x, int y, int s = 0) const;

private:
    int m_width;
    int m_height;
    int m_samples;
    PixelType m_type;
    std::vector<std::uint8_t> m_bytes;
};

using FramePtr = std::shared_ptr<const Frame>;

} // namespace fedefm
