// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace fedefm::cli {

/// DCMTK alone, as the peer that measurements are compared with, and as encoder of their inputs.
namespace dcmtk_peer {

enum class Codec { JpegBaseline, JpegLossless, JpegLs };

/// Registers the codecs and silences the log; call once before anything else here.
void prepare();

/// False where DCMTK's JPEG-LS is bound to the wrong library and would crash (see CMakeLists.txt).
bool hasJpegLs();

/// Loads the file and decodes frame by frame on one thread. Returns a checksum of the pixels.
Result<std::uint64_t> decodeAll(const std::filesystem::path& file);

/// Writes a compressed copy.
Status encode(const std::filesystem::path& source, const std::filesystem::path& target, Codec codec);

/// A loaded image of one frame whose window is applied again and again.
class WindowedImage
{
public:
    static Result<std::unique_ptr<WindowedImage>> open(const std::filesystem::path& file);
    virtual ~WindowedImage() = default;
    virtual void render(double center, double width) = 0;
};

} // namespace dcmtk_peer

} // namespace fedefm::cli
