// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/data_folder_private.h"

#include "core/base/natural_order.h"
#include "core/dicom/dicom_reader.h"
#include "core/image/picture_sequence.h"
#include "core/train/data/frame_sample.h"
#include "core/train/readers/gif_reader_private.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

template <typename Iterator>
Result<std::vector<fs::path>> collect(const fs::path& folder, fs::directory_options options)
{
    std::error_code code;
    std::vector<fs::path> files;
    for (Iterator entry(folder, options, code); !code && entry != Iterator(); entry.increment(code)) {
        std::error_code ignored;
        if (entry->is_regular_file(ignored))
            files.push_back(entry->path());
    }
    if (code)
        return fail(code == std::errc::no_such_file_or_directory ? ErrorCode::FileNotFound
                                                                 : ErrorCode::FileUnreadable,
                    folder.string(), code.message());
    return files;
}

/// A GIF as a sequence of its first picture.
class GifSequence final : public Sequence
{
public:
    GifSequence(fs::path file, const Frame& frame) : m_file(std::move(file))
    {
        m_info.path = m_file.string();
        m_info.kind = "picture";
        m_info.width = frame.width();
        m_info.height = frame.height();
        m_info.frameCount = 1;
        m_info.samples = 3;
        m_info.colorModel = ColorModel::Rgb;
        m_info.photometric = "RGB";
    }
    const SequenceInfo& info() const override { return m_info; }
    Result<FramePtr> read(int index) const override
    {
        if (index != 0)
            return fail(ErrorCode::OutOfRange, m_info.path);
        return readGif(m_file);
    }

private:
    const fs::path m_file;
    SequenceInfo m_info;
};

} // namespace

Result<std::vector<fs::path>> filesIn(const fs::path& folder, bool recursive)
{
    const auto options = fs::directory_options::skip_permission_denied;
    auto files = recursive ? collect<fs::recursive_directory_iterator>(folder, options)
                           : collect<fs::directory_iterator>(folder, options);
    if (!files)
        return files;
    std::vector<std::pair<std::string, fs::path>> keyed;
    for (fs::path& file : *files)
        keyed.emplace_back(file.lexically_relative(folder).generic_string(), std::move(file));
    std::sort(keyed.begin(), keyed.end(),
              [](const auto& a, const auto& b) { return isNaturallyBefore(a.first, b.first); });
    std::transform(keyed.begin(), keyed.end(), files->begin(),
                   [](auto& item) { return std::move(item.second); });
    return files;
}

std::string lowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

bool hasExtension(const fs::path& file, std::initializer_list<const char*> extensions)
{
    const std::string name = lowerCase(file.filename().string());
    return std::any_of(extensions.begin(), extensions.end(), [&](const std::string& extension) {
        return name.size() > extension.size() &&
               name.compare(name.size() - extension.size(), extension.size(), extension) == 0;
    });
}

std::string stemOf(const fs::path& file)
{
    return hasExtension(file, {".nii.gz"}) ? file.stem().stem().string() : file.stem().string();
}

Result<GroupRule> GroupRule::create(const std::string& pattern)
{
    GroupRule rule;
    if (pattern.empty())
        return rule;
    try {
        rule.m_pattern.emplace(pattern);
    } catch (const std::regex_error& error) {
        return fail(ErrorCode::InvalidArgument, "group", error.what());
    }
    if (rule.m_pattern->mark_count() < 1)
        return fail(ErrorCode::InvalidArgument, "group", "the pattern needs one group in round brackets");
    return rule;
}

std::optional<std::string> GroupRule::groupOf(const std::string& text) const
{
    if (!m_pattern)
        return text;
    std::smatch match;
    if (!std::regex_search(text, match, *m_pattern) || !match[1].matched)
        return std::nullopt;
    return match[1].str();
}

Result<SequencePtr> openImage(const fs::path& file)
{
    if (hasExtension(file, {".gif"})) {
        const auto frame = readGif(file);
        if (!frame)
            return tl::unexpected(frame.error());
        return std::make_shared<const GifSequence>(file, **frame);
    }
    return isPictureName(file) ? openPicture(file) : openDicom(file);
}

Result<Sample> readImage(const fs::path& file, int frame)
{
    const auto sequence = openImage(file);
    if (!sequence)
        return tl::unexpected(sequence.error());
    const auto picture = (*sequence)->read(frame);
    if (!picture)
        return tl::unexpected(picture.error());
    return sampleOf(**picture, (*sequence)->info());
}

} // namespace fedefm
