// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/geometry/polyline.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// One picture's class numbers, predicted and true, height·width each.
struct LabelPair
{
    const std::uint8_t* prediction = nullptr;
    const std::uint8_t* reference = nullptr; ///< 255: not counted
    int width = 0;
    int height = 0;
    double spacingMm = 0.0; ///< 0: no millimetres
};

/// Values of one class (or of the foreground) over all pictures or of one; absent where undefined.
struct SegmentationScores
{
    std::optional<double> dice, iou, clDice;
    std::optional<double> centerlineMeanPx, centerlineP95Px, centerlineMeanMm; ///< symmetric
    std::optional<double> precision, recall;
    std::optional<double> tipErrorPx;  ///< median over pictures: distance of the far end of the longest line
    std::optional<double> detectionRate; ///< part of the pictures with the class in which some of it was hit
};

/// Metric set `proper` of method.md section 7: pooled over all pixels of the foreground, class by class.
class ProperMetrics
{
public:
    explicit ProperMetrics(int classes);
    ~ProperMetrics();
    ProperMetrics(ProperMetrics&&) noexcept;
    void add(const LabelPair& pair);
    SegmentationScores forClass(int wireClass) const; ///< 1 … classes−1
    SegmentationScores foreground() const;            ///< any class but 0, as one
    nlohmann::json toJson(const std::vector<std::string>& classNames) const;
    int pictures() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Scores of a single picture, for per-image tables.
SegmentationScores scoresOf(const LabelPair& pair, int wireClass);

/// Metric set `paper`: the authors' code. Dice per picture with empty/empty = 1, mean over classes 1…2; mIoU with
/// an absent class as 0; Jaccard including background.
class PaperMetrics
{
public:
    explicit PaperMetrics(int classes);
    void add(const LabelPair& pair);
    nlohmann::json toJson() const; ///< {"dice", "miou", "jaccard"}

private:
    int m_classes;
    int m_pictures = 0;
    double m_dice = 0.0, m_miou = 0.0, m_jaccard = 0.0;
};

/// Accuracy, macro AUC (one against the rest, ties half), confusion matrix of a classification.
class ClassificationMetrics
{
public:
    explicit ClassificationMetrics(int classes);
    /// `probabilities` has one value per class.
    void add(const float* probabilities, int trueClass);
    double accuracy() const;
    std::optional<double> macroAuc() const;
    nlohmann::json toJson(const std::vector<std::string>& classNames) const;

private:
    int m_classes;
    std::vector<float> m_probabilities;
    std::vector<int> m_truth;
};

} // namespace fedefm
