// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/metrics.h"

#include <map>

namespace fedefm {

/// Where a class was predicted and where it is, cut to the part of the picture that holds either.
struct MaskPair
{
    std::vector<std::uint8_t> prediction, reference; ///< 0 and 1
    int width = 0, height = 0;
    int left = 0, top = 0; ///< of the part in the picture
    int pictureWidth = 0, pictureHeight = 0;
    double spacingMm = 0.0;
};

/// Class 0 asks for the foreground.
MaskPair masksOf(const LabelPair& pair, int wireClass);

/// Distances and how often each occurred; memory depends on the number of different ones.
class DistanceTally
{
public:
    void add(double distance, std::uint64_t times = 1);
    void add(const DistanceTally& other, double scale);
    std::optional<double> mean() const;
    /// Interpolated between neighbours; `part` 0…1.
    std::optional<double> percentile(double part) const;

private:
    double at(std::uint64_t rank) const;
    std::map<double, std::uint64_t> m_counts;
    std::uint64_t m_total = 0;
};

/// Everything that the scores of one class need, summed over pictures.
class ClassTally
{
public:
    void add(const MaskPair& masks);
    SegmentationScores scores() const;

private:
    void addLines(const MaskPair& masks);
    void addTip(const MaskPair& masks, const std::vector<std::uint8_t>& predictionLine,
                const std::vector<std::uint8_t>& referenceLine);

    std::uint64_t m_both = 0, m_predictionOnly = 0, m_referenceOnly = 0;
    std::uint64_t m_predictionLine = 0, m_predictionLineHits = 0, m_referenceLine = 0,
                  m_referenceLineHits = 0;
    DistanceTally m_distancesPx, m_distancesMm, m_tipsPx, m_tipsMm;
    std::uint64_t m_picturesWith = 0, m_picturesHit = 0;
};

} // namespace fedefm
