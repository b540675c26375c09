// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/picture_sequence.h"

#include "core/base/natural_order.h"
#include "core/image/picture_io_private.h"
#include "core/image/picture_probe_private.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

struct PictureFrame
{
    fs::path file;
    PictureFormat format;
    PicturePage page;
    bool isWholeFile = true; ///< false for a page of several
};

std::string lowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool isMaskName(const fs::path& file)
{
    const std::string stem = lowerCase(file.stem().string());
    const auto endsWith = [&stem](std::string_view ending) {
        return stem.size() >= ending.size() &&
               stem.compare(stem.size() - ending.size(), ending.size(), ending) == 0;
    };
    return endsWith("_mask") || endsWith("_label") || endsWith("_classes");
}

/// Grey and colour go together: grey is then shown as colour.
bool isSameKind(const PicturePage& a, const PicturePage& b)
{
    return a.width == b.width && a.height == b.height && a.bytesPerSample() == b.bytesPerSample() &&
           a.isSigned == b.isSigned && (a.samples != b.samples || a.minIsWhite == b.minIsWhite);
}

template <typename T> void repeatSamples(const Frame& grey, bool inverse, std::vector<std::uint8_t>& bytes)
{
    const T* source = grey.data<T>();
    auto* target = reinterpret_cast<T*>(bytes.data());
    for (std::size_t i = 0; i < grey.sampleCount(); ++i)
        std::fill_n(target + 3 * i, 3, static_cast<T>(inverse ? ~source[i] : source[i]));
}

/// Colour of equal channels; colour has no "low is white", so such values are turned round.
FramePtr asColor(const Frame& grey, const PicturePage& page)
{
    std::vector<std::uint8_t> bytes(3 * grey.byteCount());
    if (grey.type() == PixelType::U8)
        repeatSamples<std::uint8_t>(grey, page.minIsWhite, bytes);
    else
        repeatSamples<std::uint16_t>(grey, page.minIsWhite, bytes);
    return std::make_shared<const Frame>(grey.width(), grey.height(), 3, grey.type(), std::move(bytes));
}

std::string sizeText(const PicturePage& page)
{
    return std::to_string(page.width) + "×" + std::to_string(page.height) + ", " +
           std::to_string(page.samples) + "×" + std::to_string(8 * page.bytesPerSample()) + " bit";
}

SequenceInfo describe(const fs::path& path, const std::string& kind, const std::vector<PictureFrame>& frames)
{
    SequenceInfo info;
    const auto color = std::find_if(frames.begin(), frames.end(),
                                    [](const PictureFrame& frame) { return frame.page.samples == 3; });
    const PicturePage& first = color == frames.end() ? frames.front().page : color->page;
    info.path = path.string();
    info.kind = kind;
    info.width = static_cast<int>(first.width);
    info.height = static_cast<int>(first.height);
    info.frameCount = static_cast<int>(frames.size());
    info.samples = first.samples;
    info.bitsAllocated = 8 * first.bytesPerSample();
    for (const PictureFrame& frame : frames)
        info.bitsStored = std::max(info.bitsStored, frame.page.bits);
    info.isSigned = first.isSigned;
    info.pixelType = info.bitsAllocated == 8 ? PixelType::U8
                     : first.isSigned        ? PixelType::I16
                                             : PixelType::U16;
    info.colorModel = first.samples == 3 ? ColorModel::Rgb : ColorModel::Grey;
    info.grey.inverse = first.minIsWhite;
    info.photometric = first.samples == 3 ? "RGB" : first.minIsWhite ? "MONOCHROME1" : "MONOCHROME2";
    info.timing = resolveTiming({}, info.frameCount, info.warnings);
    return info;
}

class PictureSequence final : public Sequence
{
public:
    PictureSequence(SequenceInfo info, std::vector<PictureFrame> frames)
        : m_info(std::move(info)), m_frames(std::move(frames))
    {
    }

    const SequenceInfo& info() const override { return m_info; }

    Result<FramePtr> read(int index) const override
    {
        if (index < 0 || index >= m_info.frameCount)
            return fail(ErrorCode::OutOfRange, m_info.path, "frame " + std::to_string(index + 1));
        const PictureFrame& frame = m_frames[static_cast<std::size_t>(index)];
        auto picture = decodePicture(frame.file, frame.format, frame.page);
        if (picture && (*picture)->samples() == 1 && m_info.samples == 3)
            return asColor(**picture, frame.page);
        return picture;
    }

    std::string name(int index) const
    {
        if (index < 0 || index >= m_info.frameCount)
            return {};
        const PictureFrame& frame = m_frames[static_cast<std::size_t>(index)];
        return frame.isWholeFile ? frame.file.filename().string() : std::string();
    }

private:
    const SequenceInfo m_info;
    const std::vector<PictureFrame> m_frames;
};

/// Collects pages of equal size; the others become warnings.
class Collector
{
public:
    void add(const fs::path& file, const PictureHeader& header)
    {
        const bool isSingle = header.pages.size() == 1;
        for (const PicturePage& page : header.pages) {
            const PictureFrame* other = differing(page);
            if (other) {
                const std::string reason = sizeText(page) + " instead of " + sizeText(other->page);
                skip(file, isSingle ? -1 : page.index, reason);
                continue;
            }
            m_frames.push_back({file, header.format, page, isSingle});
            m_lossy = m_lossy || header.lossy;
        }
    }

    /// `page` counts from 0; -1 for a whole picture.
    void skip(const fs::path& file, int page, const std::string& reason)
    {
        const std::string what = page < 0 ? "picture " : "page " + std::to_string(page + 1) + " of ";
        m_warnings.push_back(what + file.filename().string() + " skipped, " + reason);
    }

    bool isEmpty() const { return m_frames.empty(); }

    SequencePtr finish(const fs::path& path, const std::string& kind)
    {
        SequenceInfo info = describe(path, kind, m_frames);
        info.lossy = m_lossy;
        info.warnings.insert(info.warnings.end(), m_warnings.begin(), m_warnings.end());
        if (const auto grey = std::count_if(m_frames.begin(), m_frames.end(),
                                            [](const PictureFrame& f) { return f.page.samples == 1; });
            info.samples == 3 && grey > 0)
            info.warnings.push_back(std::to_string(grey) + " of " + std::to_string(m_frames.size()) +
                                    " pictures are grey and read as colour like the others");
        return std::make_shared<const PictureSequence>(std::move(info), std::move(m_frames));
    }

private:
    /// A picture taken before that this one cannot go together with: the first, or the first of as many
    /// samples.
    const PictureFrame* differing(const PicturePage& page) const
    {
        if (m_frames.empty())
            return nullptr;
        const auto alike = std::find_if(m_frames.begin(), m_frames.end(), [&](const PictureFrame& frame) {
            return frame.page.samples == page.samples;
        });
        const PictureFrame& other = alike == m_frames.end() ? m_frames.front() : *alike;
        return isSameKind(page, other.page) ? nullptr : &other;
    }

    std::vector<PictureFrame> m_frames;
    std::vector<std::string> m_warnings;
    bool m_lossy = false;
};

Result<std::vector<fs::path>> picturesIn(const fs::path& folder)
{
    std::error_code code;
    std::vector<fs::path> files;
    fs::directory_iterator entry(folder, code);
    for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
        std::error_code ignored;
        const fs::path& file = entry->path();
        if (isPictureName(file) && !isMaskName(file) && entry->is_regular_file(ignored))
            files.push_back(file);
    }
    if (code)
        return fail(code == std::errc::no_such_file_or_directory ? ErrorCode::FileNotFound
                                                                 : ErrorCode::FileUnreadable,
                    folder.string(), code.message());
    std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
        return isNaturallyBefore(a.filename().string(), b.filename().string());
    });
    return files;
}

} // namespace

bool isPictureName(const fs::path& path)
{
    constexpr std::array kExtensions{".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm"};
    const std::string extension = lowerCase(path.extension().string());
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

std::string pictureName(const Sequence& sequence, int frame)
{
    const auto* pictures = dynamic_cast<const PictureSequence*>(&sequence);
    return pictures ? pictures->name(frame) : std::string();
}

Result<SequencePtr> openPicture(const fs::path& file)
{
    const auto header = probePicture(file);
    if (!header)
        return tl::unexpected(header.error());
    Collector collector;
    collector.add(file, *header);
    return collector.finish(file, "picture");
}

Result<SequencePtr> openPictureFolder(const fs::path& folder)
{
    const auto files = picturesIn(folder);
    if (!files)
        return tl::unexpected(files.error());
    Collector collector;
    for (const fs::path& file : *files) {
        const auto header = probePicture(file);
        if (header)
            collector.add(file, *header);
        else
            collector.skip(file, -1, errorText(header.error().code).cause);
    }
    if (collector.isEmpty())
        return fail(ErrorCode::NotRecognised, folder.string(),
                    files->empty() ? "no picture in the folder" : "no readable picture in the folder");
    return collector.finish(folder, "pictures");
}

} // namespace fedefm
