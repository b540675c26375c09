// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/model_check.h"
#include "core/model/torch/torch_private.h"

#include <map>
#include <string>

namespace fedefm {

using Tensors = std::map<std::string, torch::Tensor>;

struct Tolerance
{
    double value = 0.0;
    bool isRelative = false; ///< to the largest absolute reference value
};

/// What the reference files ask of one training pass.
Tolerance trainingTolerance(const std::string& name);

/// Names in reference files that are given to a network, not compared with what it returns.
bool isReferenceInput(const std::string& name);

/// Nullptr when absent.
const torch::Tensor* findTensor(const Tensors& tensors, const std::string& name);

/// `found` may be null. Pictures of 8 bit may differ by one grey level.
ModelCheckEntry compareTensors(const std::string& name, const torch::Tensor* found,
                               const torch::Tensor& expected, Tolerance tolerance);

} // namespace fedefm
