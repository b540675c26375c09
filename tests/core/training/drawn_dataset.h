// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"
#include "core/train/train_config.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <set>

namespace fedefm::test {

/// Pictures with a dark line on a noisy ground; the line is class 1. Even ones have image class 0 and an
/// upright line, odd ones image class 1 and a level line. `notANumberAt` ≥ 0 spoils one of them. Those in
/// `broken` cannot be read, those in `unclassified` have no image class; with `hasFlags` all have two flags
/// instead: "level" and "far", for lines in the further half.
class DrawnDataset final : public Dataset
{
public:
    DrawnDataset(int count, int sizePx, int notANumberAt = -1)
        : m_count(count), m_size(sizePx), m_notANumberAt(notANumberAt)
    {
    }
    std::size_t size() const override { return static_cast<std::size_t>(m_count); }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        return {"drawn_" + std::to_string(index), "group_" + std::to_string(index / 2), "drawn",
                classOf(index)};
    }
    Result<Sample> sample(std::size_t index) const override
    {
        if (isIn(broken, index)) {
            const std::lock_guard lock(m_mutex);
            m_found.insert(index);
            return fail(ErrorCode::FileUnreadable, sampleInfo(index).id, "cut off");
        }
        Sample sample;
        sample.width = sample.height = m_size;
        sample.imageClass = classOf(index);
        const auto side = static_cast<std::size_t>(m_size);
        sample.image.resize(side * side);
        sample.labels.resize(side * side);
        const int line = 4 + static_cast<int>(index * 5 % (side - 8));
        if (hasFlags)
            sample.imageFlags = {static_cast<std::uint8_t>(index % 2),
                                 static_cast<std::uint8_t>(line > m_size / 2 ? 1 : 0)};
        std::uint32_t noise = static_cast<std::uint32_t>(index) * 2654435761U + 1U;
        for (int y = 0; y < m_size; ++y)
            for (int x = 0; x < m_size; ++x) {
                noise = noise * 1664525U + 1013904223U;
                const auto at = static_cast<std::size_t>(y) * side + static_cast<std::size_t>(x);
                const bool isLine = std::abs((index % 2 ? y : x) - line) <= 1;
                sample.image[at] = (isLine ? 0.2F : 0.7F) + 0.1F * static_cast<float>(noise >> 24U) / 255.0F;
                sample.labels[at] = isLine ? 1 : 0;
            }
        if (static_cast<int>(index) == m_notANumberAt)
            sample.image.front() = std::numeric_limits<float>::quiet_NaN();
        return sample;
    }
    int classCount() const override { return 2; }
    std::vector<std::string> classNames() const override { return {"background", "line"}; }
    std::vector<std::string> imageClassNames() const override
    {
        return hasFlags ? std::vector<std::string>{"level", "far"} : pictureClasses;
    }
    bool isMultiLabel() const override { return hasFlags; }
    std::vector<DataFault> faults() const override
    {
        const std::lock_guard lock(m_mutex);
        std::vector<DataFault> all;
        for (const std::size_t index : m_found)
            all.push_back({sampleInfo(index).id, "cut off"});
        return all;
    }

    std::vector<std::size_t> broken, unclassified;
    std::vector<std::string> pictureClasses{"upright", "level"};
    bool hasFlags = false;

private:
    int classOf(std::size_t index) const
    {
        return hasFlags || isIn(unclassified, index) ? -1 : static_cast<int>(index % 2);
    }
    static bool isIn(const std::vector<std::size_t>& list, std::size_t index)
    {
        return std::find(list.begin(), list.end(), index) != list.end();
    }

    mutable std::mutex m_mutex;
    mutable std::set<std::size_t> m_found;
    int m_count;
    int m_size;
    int m_notANumberAt;
};

/// A small U-Net, no augmentation, quick steps.
inline TrainConfig smallConfig()
{
    TrainConfig config;
    config.name = "small";
    config.threads = 1;
    config.model = {{"network", "unet"},
                    {"hyper_parameters", {{"n_channels", 1}, {"n_classes", 2}, {"base_channels", 4}}}};
    config.data = {{"train", {{"form", "drawn"}, {"count", 12}}},
                   {"validation", {{"form", "drawn"}, {"count", 4}}},
                   {"test", {{"form", "drawn"}, {"count", 2}}}};
    config.input = {{"stretch", false}};
    for (const char* key : {"flip_probability", "rotation_deg", "scale_range", "shear_deg", "gamma_range",
                            "contrast_range", "brightness_range", "noise_sigma", "noise_correlation_px",
                            "blur_sigma_px", "collimator_probability", "cut_out_probability"})
        config.augmentation[key] = 0.0;
    config.optimizer.learningRate = 5e-3;
    config.schedule.warmUpSteps = 2;
    config.epochs = 3;
    config.batchSize = 4;
    config.checkpointEverySteps = 2;
    return config;
}

/// Another set under other class names.
class Renamed final : public Dataset
{
public:
    Renamed(DatasetPtr base, std::vector<std::string> names)
        : m_base(std::move(base)), m_names(std::move(names))
    {
    }
    std::size_t size() const override { return m_base->size(); }
    SampleInfo sampleInfo(std::size_t index) const override { return m_base->sampleInfo(index); }
    Result<Sample> sample(std::size_t index) const override { return m_base->sample(index); }
    int classCount() const override { return static_cast<int>(m_names.size()); }
    std::vector<std::string> classNames() const override { return m_names; }
    PictureOrigin originOf(std::size_t index) const override { return m_base->originOf(index); }

private:
    DatasetPtr m_base;
    std::vector<std::string> m_names;
};

/// {"form": "drawn", "count", "size", "nan_at", "broken", "unclassified", "flags"}
inline Result<DatasetPtr> openDrawn(const nlohmann::json& description)
{
    auto set = std::make_shared<DrawnDataset>(description.value("count", 8), description.value("size", 32),
                                              description.value("nan_at", -1));
    set->broken = description.value("broken", std::vector<std::size_t>());
    set->unclassified = description.value("unclassified", std::vector<std::size_t>());
    set->hasFlags = description.value("flags", false);
    if (description.contains("classes"))
        return std::make_shared<const Renamed>(set, description["classes"].get<std::vector<std::string>>());
    return set;
}

} // namespace fedefm::test
