// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/reference_compare_private.h"

#include "core/model/networks/network_private.h"

#include <cmath>
#include <set>

namespace fedefm {

Tolerance trainingTolerance(const std::string& name)
{
    if (name == "loss")
        return {1e-5, false};
    if (name == "train_output")
        return {2e-4, false};
    if (name.rfind("grad.", 0) == 0)
        return {1e-3, true};
    return {1e-4, false};
}

bool isReferenceInput(const std::string& name)
{
    static const std::set<std::string> names{"text_tokens",  "image",        "original_size",
                                             "point_coords", "point_labels", "boxes",
                                             "mask_input",   "resize.image", "resize.coords"};
    return name == "input" || name.rfind("input_", 0) == 0 || names.count(name) > 0;
}

const torch::Tensor* findTensor(const Tensors& tensors, const std::string& name)
{
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : &found->second;
}

ModelCheckEntry compareTensors(const std::string& name, const torch::Tensor* found,
                               const torch::Tensor& expected, Tolerance tolerance)
{
    ModelCheckEntry entry{name, 0.0, tolerance.value, tolerance.isRelative, false, {}};
    if (!found || !found->defined()) {
        entry.problem = "the network gives no such result";
        return entry;
    }
    if (found->sizes() != expected.sizes()) {
        entry.problem = "shape " + shapeText(*found) + " instead of " + shapeText(expected);
        return entry;
    }
    if (expected.scalar_type() == torch::kUInt8)
        entry.tolerance = 1.0;
    if (expected.numel() > 0) {
        const torch::Tensor wanted = expected.to(torch::kFloat64);
        entry.maxError = (found->to(torch::kFloat64) - wanted).abs().max().item<double>();
        if (tolerance.isRelative) {
            // Gradients that are zero mathematically (key biases) are rounding noise in every computation.
            constexpr double kNoise = 1e-8;
            const double largest = wanted.abs().max().item<double>();
            entry.maxError = largest > kNoise ? entry.maxError / largest : entry.maxError;
        }
    }
    if (!std::isfinite(entry.maxError)) {
        entry.maxError = 0.0;
        entry.problem = "not a number";
        return entry;
    }
    entry.ok = entry.maxError <= entry.tolerance;
    return entry;
}

} // namespace fedefm
