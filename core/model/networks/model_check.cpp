// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/model_check.h"

#include "core/base/library_message.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/reference_compare_private.h"

#include <algorithm>
#include <set>

namespace fedefm {

namespace {

constexpr double kDefaultTolerance = 1e-4;

struct Setup
{
    NetworkSpec spec;
    double tolerance = kDefaultTolerance;
    std::set<std::string> withoutInfluence; ///< parameters whose gradient is 0 but for rounding
};

Result<Setup> readConfig(const std::filesystem::path& file)
{
    const auto config = readNetworkConfig(file);
    if (!config)
        return tl::unexpected(config.error());
    auto spec = parseNetworkSpec(*config);
    if (!spec)
        return tl::unexpected(spec.error());
    Setup setup{std::move(*spec), kDefaultTolerance, {}};
    const auto tolerance = config->find("tolerance_abs");
    if (tolerance != config->end() && tolerance->is_number())
        setup.tolerance = tolerance->get<double>();
    const nlohmann::json::json_pointer names("/parameters_without_influence/names");
    if (config->contains(names) && (*config)[names].is_array())
        for (const nlohmann::json& name : (*config)[names])
            if (name.is_string())
                setup.withoutInfluence.insert("grad." + name.get<std::string>());
    return setup;
}

Result<Tensors> readTensors(const std::filesystem::path& file, const torch::Device& device)
{
    const auto stored = readTensorFile(file);
    if (!stored)
        return tl::unexpected(stored.error());
    Tensors tensors;
    for (const auto& [name, tensor] : stored->tensors)
        tensors.emplace(name, toTensor(tensor).to(device));
    return tensors;
}

Result<NetworkPtr> loadedNetwork(const NetworkSpec& spec, const std::filesystem::path& weights,
                                 ModelCheckReport& report)
{
    auto network = makeNetwork(spec);
    if (!network)
        return network;
    const auto file = readTensorFile(weights);
    if (!file)
        return tl::unexpected(file.error());
    const auto loaded = loadState(**network, *file, weights.string());
    if (!loaded)
        return tl::unexpected(loaded.error());
    report.loadedEntries = loaded->loaded;
    return network;
}

void compareResults(Network& network, const Tensors& io, double tolerance, ModelCheckReport& report)
{
    const torch::NoGradGuard noGrad;
    network.eval();
    FeatureRecorder recorder;
    Tensors results = network.runReference(io);
    const std::string featurePrefix = "feat.";
    for (const auto& [name, expected] : io) {
        if (isReferenceInput(name))
            continue;
        const bool isFeature = name.rfind(featurePrefix, 0) == 0;
        const std::string plain = isFeature ? name.substr(featurePrefix.size()) : name;
        const torch::Tensor* found = findTensor(results, name);
        if (!found)
            found = findTensor(recorder.features(), plain);
        report.entries.push_back(compareTensors(name, found, expected, {tolerance, false}));
    }
}

double largestGradient(const Tensors& reference)
{
    double largest = 0.0;
    for (const auto& [name, tensor] : reference)
        if (name.rfind("grad.", 0) == 0 && tensor.numel() > 0)
            largest = std::max(largest, tensor.to(torch::kFloat64).abs().max().item<double>());
    return largest;
}

void compareTraining(Network& network, const Tensors& io, const Tensors& reference,
                     const std::set<std::string>& withoutInfluence, ModelCheckReport& report)
{
    const torch::Tensor* input = findTensor(io, "input");
    const torch::Tensor* target = findTensor(reference, "target");
    network.train();
    network.zero_grad();
    const torch::Tensor output = network.forwardForGradients(*input);
    if (output.sizes() != target->sizes()) {
        report.entries.push_back({"target", 0.0, 0.0, false, false, "another shape than the output"});
        return;
    }
    const torch::Tensor loss = (output * *target).mean();
    loss.backward();
    Tensors results{{"loss", loss.detach()}, {"train_output", output.detach()}};
    for (const auto& item : network.named_parameters()) {
        const torch::Tensor gradient = item.value().grad();
        // A parameter that takes no part has the gradient zero.
        results["grad." + item.key()] = gradient.defined() ? gradient : torch::zeros_like(item.value());
    }
    for (const auto& item : network.named_buffers())
        results["buffer_after." + item.key()] = item.value();
    const double largest = largestGradient(reference);
    for (const auto& [name, expected] : reference) {
        if (name == "target")
            continue;
        Tolerance tolerance = trainingTolerance(name);
        // Rounding noise has no digits in common with that of another computation.
        if (withoutInfluence.count(name) > 0)
            tolerance = {tolerance.value * largest, false};
        report.entries.push_back(compareTensors(name, findTensor(results, name), expected, tolerance));
    }
}

Result<ModelCheckReport> check(const ModelCheckFiles& files, const torch::Device& device)
{
    const auto setup = readConfig(files.config);
    if (!setup)
        return tl::unexpected(setup.error());
    ModelCheckReport report;
    report.network = setup->spec.architecture;
    const auto network = loadedNetwork(setup->spec, files.weights, report);
    if (!network)
        return tl::unexpected(network.error());
    (*network)->to(device);
    const auto io = readTensors(files.io, device);
    if (!io)
        return tl::unexpected(io.error());
    if (io->count("input") == 0)
        return fail(ErrorCode::ModelBroken, files.io.string(), "no tensor 'input'");
    compareResults(**network, *io, setup->tolerance, report);
    if (files.grads.empty())
        return report;
    const auto reference = readTensors(files.grads, device);
    if (!reference)
        return tl::unexpected(reference.error());
    if (reference->count("target") == 0)
        return fail(ErrorCode::ModelBroken, files.grads.string(), "no tensor 'target'");
    compareTraining(**network, *io, *reference, setup->withoutInfluence, report);
    return report;
}

} // namespace

bool ModelCheckReport::ok() const
{
    return !entries.empty() &&
           std::all_of(entries.begin(), entries.end(), [](const ModelCheckEntry& entry) { return entry.ok; });
}

Result<ModelCheckReport> checkModel(const ModelCheckFiles& files, const std::string& device)
try {
    return check(files, torch::Device(device));
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, files.config.string());
} catch (const c10::Error& error) {
    return fail(ErrorCode::InvalidArgument, files.config.string(),
                libraryMessage(error.what_without_backtrace()));
} catch (const std::exception& exception) {
    return fail(ErrorCode::Internal, files.config.string(), exception.what());
}

} // namespace fedefm
