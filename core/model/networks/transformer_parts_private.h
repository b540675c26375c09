// SPDX-License-Identifier: GPL-3.0-or-later
// Small pieces that the transformer networks share. Names of sub-modules differ between the official codes
// and are therefore arguments.
#pragma once

#include "core/base/result.h"
#include "core/model/torch/torch_private.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm {

/// In mixed precision a layer before may hand on bfloat16, which the library's own layer does not take beside
/// float32 weights.
class LayerNormImpl : public torch::nn::LayerNormImpl
{
public:
    using torch::nn::LayerNormImpl::LayerNormImpl;
    torch::Tensor forward(const torch::Tensor& x);
};
TORCH_MODULE(LayerNorm);

LayerNorm layerNorm(int width, double eps);

enum class Activation { Gelu, QuickGelu, Relu };
torch::Tensor activate(const torch::Tensor& x, Activation activation);

/// Two linear layers with an activation between them.
class TransformerMlp : public torch::nn::Module
{
public:
    TransformerMlp(int width, int hidden, const char* firstName, const char* secondName,
                   Activation activation);
    torch::Tensor forward(const torch::Tensor& x);

    torch::nn::Linear first;
    torch::nn::Linear second;

private:
    Activation m_activation;
};

/// LayerNorm over the channels of N×C×H×W, per pixel, with biased variance.
class LayerNorm2d : public torch::nn::Module
{
public:
    explicit LayerNorm2d(int channels, double eps = 1e-6);
    torch::Tensor forward(const torch::Tensor& x);

private:
    torch::Tensor m_weight;
    torch::Tensor m_bias;
    double m_eps;
};

/// The patch convolution, named "proj", with an optional "norm" over the tokens.
class PatchProjection : public torch::nn::Module
{
public:
    PatchProjection(int inChannels, int width, int patch);
    torch::Tensor forward(const torch::Tensor& x); ///< N×width×h×w

    torch::nn::Conv2d proj;
};

/// Stochastic depth: drops the branch of whole samples with probability `rate`, in training only.
torch::Tensor dropPath(const torch::Tensor& branch, double rate, bool isTraining);

/// Rates that rise linearly from 0 over `depth` layers.
std::vector<double> dropPathRates(double last, int depth);

/// Normal distribution cut at ±2 (absolute, as in timm).
void truncatedNormal(torch::Tensor tensor, double deviation);
/// Linear layers truncated normal 0.02 with zero bias, layer norms 1 and 0.
void initialiseLinearLayers(torch::nn::Module& network);

/// Grey pictures for networks of colour pictures: one channel is repeated.
torch::Tensor withChannels(const torch::Tensor& input, int channels);

/// A token table 1×(extra + n²)×C for another grid: the extra tokens stay, the square grid is resized
/// bicubically.
torch::Tensor positionsForGrid(const torch::Tensor& positions, int extraTokens, std::int64_t height,
                               std::int64_t width);
/// A map 1×H×W×C for another grid, bilinearly.
torch::Tensor positionMapForGrid(const torch::Tensor& positions, std::int64_t height, std::int64_t width);

/// A list of `count` numbers of a configuration, or the fallback when absent. Error: InvalidArgument.
Result<std::vector<double>> numberList(const nlohmann::json& values, const char* name,
                                       const std::vector<double>& fallback);

inline tl::unexpected<Error> badHyperParameters(const std::string& architecture, const std::string& why)
{
    return fail(ErrorCode::InvalidArgument, architecture, why);
}

} // namespace fedefm
