// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module.h"

namespace fedefm::video {

/// MP4 (H.264, else MPEG-4) and AVI (Motion JPEG).
class VideoFilmFactory final : public FilmWriterFactory
{
public:
    std::vector<std::string> extensions() const override { return {".mp4", ".avi"}; }
    Result<std::unique_ptr<FilmWriter>> create(const std::filesystem::path& target, int widthPx, int heightPx,
                                               double fps, bool overwrite) const override;
};

} // namespace fedefm::video
