// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module.h"

#include <vector>

namespace fedefm::test {

/// A grey picture whose left half is a bar code of `index` (8 bits as bright and dark fields), so that a
/// decoded frame tells its own number in spite of lossy compression.
inline std::vector<std::uint8_t> numberedPicture(int width, int height, int index)
{
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width) * height * 3, 128);
    const int field = width / 8;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < 8 * field; ++x) {
            const std::uint8_t value = (index >> (x / field)) & 1 ? 230 : 20;
            for (int c = 0; c < 3; ++c)
                rgb[3 * (static_cast<std::size_t>(y) * width + x) + c] = value;
        }
    return rgb;
}

inline int numberOf(const Frame& frame)
{
    const int field = frame.width() / 8;
    int index = 0;
    for (int bit = 0; bit < 8; ++bit)
        if (frame.valueAt(bit * field + field / 2, frame.height() / 2) > 128)
            index |= 1 << bit;
    return index;
}

inline Status writeNumberedFilm(const FilmWriterFactory& factory, const std::filesystem::path& target,
                                int width, int height, int frames, double fps)
{
    auto film = factory.create(target, width, height, fps, true);
    if (!film)
        return tl::unexpected(film.error());
    for (int i = 0; i < frames; ++i)
        if (auto added = (*film)->add(numberedPicture(width, height, i).data()); !added)
            return added;
    return (*film)->finish();
}

} // namespace fedefm::test
