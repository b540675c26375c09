// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/geometry/polyline.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
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

/// Values of one class (or of the foreground) over all pictures or of one; absent where undefined. Pixels
/// whose reference is 255 count as background on both sides.
///
/// Counts of pixels and of skeleton pixels, and distances, are pooled over the pictures. Skeletons are those
/// of core/geometry/thinning.h. Distances go from every skeleton pixel of one side to the nearest of the
/// other side, both ways, in pictures where both have a skeleton; mean and 95th percentile (interpolated) are
/// over all of them.
struct SegmentationScores
{
    std::optional<double> dice, iou;
    std::optional<double> clDice; ///< Shit et al. 2021; 0 where one side has nothing
    std::optional<double> centerlineMeanPx, centerlineP95Px, centerlineMeanMm; ///< symmetric
    std::optional<double> precision, recall;
    /// Median over the pictures where both sides have a line. The tip is that end of the reference's longest
    /// line that lies farther from the picture's border, for devices come in over the border; its distance is
    /// to the nearer end of the prediction's longest line.
    std::optional<double> tipErrorPx;
    std::optional<double> detectionRate; ///< part of the pictures with the class in which some of it was hit
    std::optional<double> centerlineP95Mm, tipErrorMm; ///< over the pictures with known spacing
};

/// {"dice", "iou", "cl_dice", "centerline_mean_px", "centerline_p95_px", "centerline_mean_mm",
/// "centerline_p95_mm", "precision", "recall", "tip_error_px", "tip_error_mm", "detection_rate"}; null where
/// undefined.
nlohmann::json toJson(const SegmentationScores& scores);

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
    /// {"pictures", "classes": {name: scores}, "foreground": scores}; names by class number, 0 included.
    nlohmann::json toJson(const std::vector<std::string>& classNames) const;
    int pictures() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Scores of a single picture, for per-image tables; class 0 asks for the foreground.
SegmentationScores scoresOf(const LabelPair& pair, int wireClass);

/// Metric set `paper`: the authors' code, with its classes 1 and 2 also where the data have one class only.
/// dice: per picture, 1 where both sides are empty; mean over the classes, then over the pictures.
/// miou, jaccard: over the pixels of all pictures at once; miou is the mean over classes 1…2 with an absent
/// class as 0, jaccard the mean over all classes that occur, background included.
class PaperMetrics
{
public:
    explicit PaperMetrics(int classes);
    void add(const LabelPair& pair);
    nlohmann::json toJson() const; ///< {"dice", "miou", "jaccard", "pictures"}; null without a picture

private:
    struct Counts
    {
        std::uint64_t prediction = 0, reference = 0, both = 0;
    };
    std::vector<Counts> m_counts; ///< by class
    int m_pictures = 0;
    double m_diceSum = 0.0;
};

/// Accuracy, macro AUC (one against the rest, ties half), confusion matrix of a classification.
class ClassificationMetrics
{
public:
    explicit ClassificationMetrics(int classes);
    /// `probabilities` has one value per class.
    void add(const float* probabilities, int trueClass);
    double accuracy() const;
    /// Mean over the classes that have pictures both of them and of others.
    std::optional<double> macroAuc() const;
    /// {"pictures", "accuracy", "macro_auc", "classes": {name: {"pictures", "precision", "recall", "auc"}},
    /// "confusion": rows of true classes}.
    nlohmann::json toJson(const std::vector<std::string>& classNames) const;

private:
    std::optional<double> aucOf(int wireClass) const;
    std::vector<std::vector<std::uint64_t>> confusion() const;
    int m_classes;
    std::vector<float> m_probabilities;
    std::vector<int> m_truth;
};

/// The same of a classification whose classes do not exclude each other: each is a yes or no of its own, yes
/// from the probability 0.5 on.
class FlagMetrics
{
public:
    explicit FlagMetrics(int flags);
    /// One value per flag, both; a flag counts when it is not 0.
    void add(const float* probabilities, const std::uint8_t* flags);
    /// Share of right answers over all pictures and flags.
    double accuracy() const;
    /// Mean over the flags that are set in some pictures and not in others.
    std::optional<double> macroAuc() const;
    /// {"pictures", "accuracy", "macro_auc", "classes": {name: {"pictures", "precision", "recall", "auc"}}}.
    nlohmann::json toJson(const std::vector<std::string>& names) const;

private:
    struct Answer
    {
        float probability;
        bool isTrue;
    };
    static std::optional<double> aucOf(const std::vector<Answer>& answers);
    std::vector<std::vector<Answer>> m_answers; ///< by flag
};

} // namespace fedefm
