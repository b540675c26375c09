// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_input.h"
#include "core/model/picture_view.h"
#include "core/model/segmenter.h"

namespace fedefm {

/// The card of a model file and how its input is shaped.
struct FileCard
{
    ModelCard card;
    ModelInputRules input;
    int channels = 1;               ///< grey is given that many times
    std::vector<PictureView> views; ///< results are means over them; empty: the picture as it is
    std::vector<double> mean;       ///< per channel, taken off grey in 0…1; empty: nothing
    std::vector<double> deviation;  ///< per channel, divides after that; empty: nothing
    /// A pixel is a device's from `leastProbability` on, where its line reaches `sureProbability` somewhere.
    double leastProbability = 0.5;
    double sureProbability = 0.5;
    /// Class of each output channel; the first is the background.
    std::vector<WireClass> outputs{WireClass::Background, WireClass::Catheter, WireClass::Guidewire};
};

/// Reads a card from JSON: id, name, version, architecture (or network), parameters, licence, training,
/// limits, role ("live", "offline", "foundation", which networks of the task "classification" always are),
/// classes (names by output channel; names other than "guidewire" count as catheter),
/// input {channels, channel_pick, stretch, multiple, size_px, mean, deviation, views}, multiple,
/// longest_side, thresholds {least, sure}. Everything is optional; what is missing or of the wrong type says
/// "not stated".
FileCard parseModelCard(const std::string& json, const std::string& fallbackId);

} // namespace fedefm
