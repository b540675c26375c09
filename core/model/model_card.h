// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"

namespace fedefm {

/// The card of a model file and how its input is shaped.
struct FileCard
{
    ModelCard card;
    int multiple = 32;   ///< input sides are padded to multiples of this
    int longestSide = 0; ///< pictures with a longer side are scaled down to it; 0 = never
};

/// Reads a card from JSON: id, name, version, architecture, parameters, licence, training, limits, multiple,
/// longest_side. Everything is optional; what is missing or of the wrong type says "not stated".
FileCard parseModelCard(const std::string& json, const std::string& fallbackId);

} // namespace fedefm
