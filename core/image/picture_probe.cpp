// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_probe_private.h"

#include "core/image/picture_sequence.h"

namespace fedefm {

namespace {

bool startsWith(const std::string& text, std::string_view magic)
{
    return text.compare(0, magic.size(), magic) == 0;
}

Result<PictureHeader> probeByMagic(FileBytes& bytes)
{
    using namespace std::string_view_literals;
    const std::string start = bytes.text(0, 8);
    if (startsWith(start, "\x89PNG\r\n\x1A\n"sv))
        return probePng(bytes);
    if (startsWith(start, "\xFF\xD8\xFF"sv))
        return probeJpeg(bytes);
    if (startsWith(start, "II*\0"sv) || startsWith(start, "MM\0*"sv) || startsWith(start, "II+\0"sv) ||
        startsWith(start, "MM\0+"sv))
        return probeTiff(bytes);
    if (startsWith(start, "BM"sv))
        return probeBmp(bytes);
    const bool isPnm = start.size() > 2 && start[0] == 'P' &&
                       (start[1] == '2' || start[1] == '3' || start[1] == '5' || start[1] == '6');
    if (isPnm)
        return probePnm(bytes);
    return fail(ErrorCode::NotRecognised, {});
}

Status checkPage(const PicturePage& page)
{
    const std::string size = std::to_string(page.width) + "×" + std::to_string(page.height);
    if (page.width <= 0 || page.height <= 0)
        return fail(ErrorCode::PictureUnreadable, {}, "size " + size);
    // Each side first, so that the product cannot overflow.
    if (page.width > kMaxPicturePixels || page.height > kMaxPicturePixels ||
        page.width * page.height > kMaxPicturePixels)
        return fail(ErrorCode::TooLarge, {}, size + " pixels, limit " + std::to_string(kMaxPicturePixels));
    if (page.width * page.height * page.samples * page.bytesPerSample() > kMaxPictureBytes)
        return fail(ErrorCode::TooLarge, {},
                    size + " pixels of " + std::to_string(page.samples * page.bytesPerSample()) + " bytes");
    return {};
}

Result<PictureHeader> withSubject(Error error, const std::filesystem::path& file)
{
    error.subject = file.string();
    return tl::unexpected(std::move(error));
}

} // namespace

Result<PictureHeader> probePicture(const std::filesystem::path& file)
{
    auto bytes = FileBytes::open(file);
    if (!bytes)
        return tl::unexpected(bytes.error());
    auto header = probeByMagic(*bytes);
    if (!header)
        return withSubject(header.error(), file);
    if (bytes->failed())
        return fail(ErrorCode::SizeMismatch, file.string(), "the header is cut off");
    if (bytes->size() > kMaxPictureFileBytes)
        return fail(ErrorCode::TooLarge, file.string(), std::to_string(bytes->size()) + " bytes");
    for (const PicturePage& page : header->pages)
        if (auto status = checkPage(page); !status)
            return withSubject(status.error(), file);
    return header;
}

} // namespace fedefm
