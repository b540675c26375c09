// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/listed_dataset_private.h"

#include "core/train/data/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

namespace fedefm {

namespace {

Status checkSample(const Sample& sample, std::size_t classCount, const std::string& id)
{
    const std::size_t plane =
        static_cast<std::size_t>(std::max(0, sample.width)) * std::max(0, sample.height);
    if (plane == 0 || sample.image.size() != plane * static_cast<std::size_t>(std::max(1, sample.channels)))
        return fail(ErrorCode::SizeMismatch, id, "empty picture");
    if (!sample.labels.empty() && sample.labels.size() != plane)
        return fail(ErrorCode::SizeMismatch, id, "mask and picture differ in size");
    std::array<bool, 256> present{};
    for (const std::uint8_t label : sample.labels)
        present[label] = true;
    for (std::size_t value = classCount; value < kIgnoreLabel; ++value)
        if (present[value])
            return fail(ErrorCode::OutOfRange, id, "label value " + std::to_string(value) + " has no class");
    if (!std::all_of(sample.image.begin(), sample.image.end(), [](float v) { return std::isfinite(v); }))
        return fail(ErrorCode::UnsupportedPixels, id, "a grey value is not finite");
    return {};
}

class ListedDataset final : public Dataset
{
public:
    explicit ListedDataset(Listing listing) : m_listing(std::move(listing)) {}

    std::size_t size() const override { return m_listing.items.size(); }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        return index < size() ? m_listing.items[index].info : SampleInfo();
    }
    std::size_t blockOf(std::size_t index) const override
    {
        return m_listing.hasBlocks && index < size() ? m_listing.items[index].block : index;
    }
    PictureOrigin originOf(std::size_t index) const override
    {
        // A MetaImage header says nothing of the pixels, which lie in another file.
        if (index >= size() || m_listing.items[index].image.extension() == ".mhd")
            return {};
        return {m_listing.items[index].image, m_listing.items[index].frame};
    }
    int classCount() const override { return static_cast<int>(m_listing.classNames.size()); }
    std::vector<std::string> classNames() const override { return m_listing.classNames; }
    std::vector<std::string> imageClassNames() const override { return m_listing.imageClassNames; }
    bool isMultiLabel() const override { return m_listing.isMultiLabel; }
    std::vector<DataFault> faults() const override
    {
        std::vector<DataFault> all = m_listing.faults;
        const std::lock_guard lock(m_mutex);
        for (const auto& found : m_found)
            all.push_back(found.second);
        return all;
    }

    Result<Sample> sample(std::size_t index) const override
    {
        if (index >= size())
            return fail(ErrorCode::OutOfRange, "data set", "sample " + std::to_string(index));
        auto sample = readSafely(m_listing.items[index]);
        if (!sample) {
            const std::lock_guard lock(m_mutex);
            m_found.emplace(index, DataFault{m_listing.items[index].info.id, faultText(sample.error())});
        }
        return sample;
    }

private:
    Result<Sample> readSafely(const ListedItem& item) const
    {
        try {
            auto sample = m_listing.read(item);
            if (!sample)
                return sample;
            if (const auto checked = checkSample(*sample, m_listing.classNames.size(), item.info.id);
                !checked)
                return tl::unexpected(checked.error());
            sample->imageClass = item.info.imageClass;
            return sample;
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory, item.info.id);
        } catch (const std::exception& exception) {
            return fail(ErrorCode::FileUnreadable, item.info.id, exception.what());
        }
    }

    const Listing m_listing;
    mutable std::mutex m_mutex;
    mutable std::map<std::size_t, DataFault> m_found; ///< while reading, by sample
};

} // namespace

std::string faultText(const Error& error)
{
    const std::string cause = errorText(error.code).cause;
    return error.detail.empty() ? cause : cause + " (" + error.detail + ")";
}

void Listing::fault(const std::filesystem::path& file, const Error& error)
{
    fault(file, faultText(error));
}

Result<DatasetPtr> listedDataset(Listing listing, const std::filesystem::path& folder)
{
    if (listing.items.empty())
        return fail(ErrorCode::InvalidArgument, folder.string(),
                    listing.faults.empty() ? "no usable sample in it"
                                           : "no usable sample in it; " + listing.faults.front().file + ": " +
                                                 listing.faults.front().reason);
    return std::make_shared<const ListedDataset>(std::move(listing));
}

} // namespace fedefm
