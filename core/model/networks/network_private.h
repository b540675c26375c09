// SPDX-License-Identifier: GPL-3.0-or-later
// What every network class offers; the only header of this folder with LibTorch in it.
#pragma once

#include "core/model/checkpoint/tensor_file.h"
#include "core/model/networks/network_spec.h"
#include "core/model/torch/torch_private.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace fedefm {

/// A network: parameters and buffers carry the official names. forward() maps N×C×H×W to the main output
/// (class logits N×K×H×W for segmentation, N×K for classification, a feature map for back-bones).
class Network : public torch::nn::Module
{
public:
    virtual torch::Tensor forward(torch::Tensor input) = 0;

    /// Logits and the dense token map of the last layer before the head (N×C×h×w), which distillation
    /// compares. The default gives the logits twice; classifiers override it.
    virtual std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input);

    /// Runs every case of a reference file (`io`) beside `input` → `output`: prompts, text towers, other
    /// sizes. Adds "name" → result for each name it can produce. The default handles "input" alone.
    virtual std::map<std::string, torch::Tensor> runReference(const std::map<std::string, torch::Tensor>& io);

    /// Entries of official files that this network has no use for and that no reader has to be told of.
    virtual bool ignoresEntry(const std::string& name) const;

    /// The part that a training reference differentiates (the image encoder for SAM and CLIP).
    virtual torch::Tensor forwardForGradients(torch::Tensor input) { return forward(std::move(input)); }
};

using NetworkPtr = std::shared_ptr<Network>;

/// Intermediate results by the official module path ("down1", "layers.0.blocks.1"), for checks. Networks call
/// recordFeature() in forward(); it costs one pointer test unless a FeatureRecorder is alive in this thread.
/// Only the first call of a name counts, and a copy is kept, because later layers may work in place.
class FeatureRecorder
{
public:
    FeatureRecorder();
    ~FeatureRecorder();
    FeatureRecorder(const FeatureRecorder&) = delete;
    FeatureRecorder& operator=(const FeatureRecorder&) = delete;
    const std::map<std::string, torch::Tensor>& features() const { return m_features; }

private:
    friend void recordFeature(const char* name, const torch::Tensor& value);
    std::map<std::string, torch::Tensor> m_features;
    FeatureRecorder* m_outer;
};
void recordFeature(const char* name, const torch::Tensor& value);
inline void recordFeature(const std::string& name, const torch::Tensor& value)
{
    recordFeature(name.c_str(), value);
}

/// Reads hyper-parameters with defaults; finish() reports those that nobody asked for, with the nearest known
/// name. The first error of any getter is kept and returned by finish(). Entries of a reference configuration
/// that describe data (`input_shape` …) are known by name and ignored.
class HyperParameters
{
public:
    explicit HyperParameters(const nlohmann::json& values);
    int integer(const char* name, int fallback, int least = 1, int most = 1 << 20);
    double number(const char* name, double fallback);
    bool flag(const char* name, bool fallback);
    std::string text(const char* name, const std::string& fallback);
    std::vector<int> integers(const char* name, const std::vector<int>& fallback);
    /// Known, but without meaning for this network.
    void ignore(const char* name);
    Status finish(const std::string& architecture) const;

private:
    const nlohmann::json* find(const char* name);
    nlohmann::json m_values;
    std::set<std::string> m_known;
    Status m_status;
};

/// One architecture. Each network's source defines one `const Architecture& xxxArchitecture()`, and
/// architecture_list.cpp names them all.
struct Architecture
{
    ArchitectureInfo info;
    /// Full-size official hyper-parameters of a variant.
    std::function<nlohmann::json(const std::string& variant)> official;
    std::function<Result<NetworkPtr>(const nlohmann::json& hyperParameters)> make;
};

/// Random initialisation is that of the official code; torch::manual_seed before decides it.
/// Errors: InvalidArgument (name, hyper-parameters), OutOfMemory.
Result<NetworkPtr> makeNetwork(const NetworkSpec& spec);

/// Parameters and buffers by name, sharing memory with the network.
std::map<std::string, torch::Tensor> stateOf(const torch::nn::Module& network);

std::string shapeText(const torch::Tensor& tensor); ///< "64x3x7x7", "scalar"
torch::Tensor toTensor(const StoredTensor& stored); ///< a copy, same dtype
StoredTensor toStored(const torch::Tensor& tensor); ///< a contiguous copy on the CPU
TensorFile toTensorFile(const torch::nn::Module& network);

/// How names of a checkpoint that do not fit are treated.
struct LoadRules
{
    bool allowMissing = false; ///< heads of another task stay as they are
    bool allowUnexpected = false;
    /// Of a training: what official encoders lack by design (a decoder) stays as it is.
    bool isBeginning = false;
    bool allowReshaped = false;  ///< a head for other classes stays as it is; most entries must fit
    bool resizePositions = true; ///< position embeddings and relative positions of other sizes are resized
    std::string dropPrefix;      ///< removed from the file's names where present, e.g. "transformer."
};

struct LoadReport
{
    std::vector<std::string> missing;    ///< in the network, not in the file
    std::vector<std::string> unexpected; ///< in the file, not in the network
    std::vector<std::string> reshaped;   ///< not loaded: "name: 1x197x8 in the file, 1x577x8 in the network"
    std::vector<std::string> resized;    ///< loaded after resizing
    int loaded = 0;
};

/// Copies a checkpoint into a network. Without an allowance any difference is the error ModelBroken whose
/// detail lists the first few of each kind and their counts; the network is then unchanged.
Result<LoadReport> loadState(torch::nn::Module& network, const TensorFile& file, const std::string& subject,
                             const LoadRules& rules = {});

} // namespace fedefm
