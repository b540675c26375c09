// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/label_file_private.h"

#include "core/image/picture_sequence.h"
#include "core/train/readers/gif_reader_private.h"
#include "core/train/readers/npy_reader_private.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

std::string lowerExtension(const fs::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return extension;
}

RawLabels fromFrame(const Frame& frame)
{
    RawLabels raw;
    raw.width = frame.width();
    raw.height = frame.height();
    raw.values.resize(static_cast<std::size_t>(frame.width()) * frame.height());
    const bool isRgb = frame.samples() == 3;
    std::size_t at = 0;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x, ++at) {
            const int first = frame.valueAt(x, y);
            raw.values[at] = first;
            if (!isRgb)
                continue;
            const int second = frame.valueAt(x, y, 1);
            const int third = frame.valueAt(x, y, 2);
            raw.isColor = raw.isColor || first != second || first != third;
        }
    if (!raw.isColor)
        return raw;
    at = 0;
    const int shift = frame.type() == PixelType::U8 ? 0 : 8;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x, ++at)
            raw.values[at] = (frame.valueAt(x, y, 0) >> shift) << 16 |
                             (frame.valueAt(x, y, 1) >> shift) << 8 | frame.valueAt(x, y, 2) >> shift;
    return raw;
}

Result<RawLabels> readNpyLabels(const fs::path& file, int part)
{
    auto array = part < 0 ? readNpy(file) : readNpyPart(file, static_cast<std::size_t>(part));
    if (!array)
        return tl::unexpected(array.error());
    std::vector<std::size_t> shape;
    for (const std::size_t extent : array->shape)
        if (extent != 1)
            shape.push_back(extent);
    if (shape.size() != 2)
        return fail(ErrorCode::UnsupportedPixels, file.string(), "an array of two dimensions is needed");
    RawLabels raw;
    raw.height = static_cast<int>(shape[0]);
    raw.width = static_cast<int>(shape[1]);
    raw.values.assign(array->values.begin(), array->values.end());
    return raw;
}

} // namespace

Result<RawLabels> readLabelFile(const fs::path& file, int part)
{
    const std::string extension = lowerExtension(file);
    if (extension == ".npy")
        return readNpyLabels(file, part);
    if (extension == ".gif") {
        const auto frame = readGif(file);
        if (!frame)
            return tl::unexpected(frame.error());
        return fromFrame(**frame);
    }
    const auto picture = openPicture(file);
    if (!picture)
        return tl::unexpected(picture.error());
    const auto frame = (*picture)->read(0);
    if (!frame)
        return tl::unexpected(frame.error());
    RawLabels raw = fromFrame(**frame);
    raw.isLossy = (*picture)->info().lossy;
    return raw;
}

Result<PictureSize> labelFileSize(const fs::path& file)
{
    const std::string extension = lowerExtension(file);
    if (extension == ".npy") {
        auto shape = npyShape(file);
        if (!shape)
            return tl::unexpected(shape.error());
        shape->erase(std::remove(shape->begin(), shape->end(), std::size_t(1)), shape->end());
        if (shape->size() < 2)
            return fail(ErrorCode::UnsupportedPixels, file.string(), "an array of two dimensions is needed");
        return PictureSize{static_cast<int>(shape->back()), static_cast<int>((*shape)[shape->size() - 2])};
    }
    if (extension == ".gif") {
        const auto raw = readLabelFile(file);
        if (!raw)
            return tl::unexpected(raw.error());
        return PictureSize{raw->width, raw->height};
    }
    const auto picture = openPicture(file);
    if (!picture)
        return tl::unexpected(picture.error());
    return PictureSize{(*picture)->info().width, (*picture)->info().height};
}

} // namespace fedefm
