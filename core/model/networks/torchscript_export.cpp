// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/torchscript_export.h"

#include "core/base/library_message.h"
#include "core/model/networks/torchscript_private.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace fedefm {

namespace {

constexpr const char* kCardFile = "card.json";
constexpr double kTolerance = 1e-4;

/// Whether the traced module agrees with the network on an input that is larger in every direction.
bool agreesOnOtherSizes(Network& network, torch::jit::Module& module, std::vector<std::int64_t> shape)
{
    shape[0] += 1;
    shape[2] += 32;
    shape[3] += 64;
    const bool wasTraining = network.is_training();
    network.eval();
    bool agrees = false;
    try {
        const torch::NoGradGuard noGradients;
        const auto parameters = network.parameters();
        const torch::Tensor input =
            torch::rand(shape, parameters.empty() ? torch::TensorOptions() : parameters[0].options());
        const torch::Tensor expected = network.forward(input);
        const torch::Tensor actual = module.forward({input}).toTensor();
        agrees =
            actual.sizes() == expected.sizes() && (actual - expected).abs().max().item<double>() < kTolerance;
    } catch (const std::exception&) {
        agrees = false;
    }
    if (wasTraining)
        network.train();
    return agrees;
}

Status save(const torch::jit::Module& module, const std::filesystem::path& target, const std::string& card,
            Overwrite overwrite)
{
    auto file = AtomicFile::create(target, overwrite);
    if (!file)
        return tl::unexpected(file.error());
    errno = 0;
    try {
        // Not by file name: LibTorch writes that into the archive, and the temporary one is random.
        std::ofstream stream(file->temporaryPath(), std::ios::binary | std::ios::trunc);
        module.save(stream, {{kCardFile, card}});
        stream.close();
        if (!stream)
            throw std::runtime_error("the archive could not be written");
    } catch (const std::exception& error) {
        const bool full = errno == ENOSPC || errno == EDQUOT;
        return fail(full ? ErrorCode::DiskFull : ErrorCode::WriteFailed, target.string(),
                    errno != 0 ? std::strerror(errno) : libraryMessage(error.what()));
    }
    return file->commit();
}

/// What the archive takes, for those who run it: the code of the network is not there to tell.
void describeInput(nlohmann::json& card, const TorchScriptReport& report)
{
    nlohmann::json& input = card["input"];
    if (!input.is_object())
        input = nlohmann::json::object();
    if (!input.contains("channels"))
        input["channels"] = report.tracedShape[1];
    const bool isSquare = report.tracedShape[2] == report.tracedShape[3];
    if (!report.takesOtherSizes && isSquare && input.value("size_px", nlohmann::json(0)) == 0) {
        input["size_px"] = report.tracedShape[2];
        input["multiple"] = 1;
    }
}

} // namespace

Result<TorchScriptReport> exportTorchScript(Network& network, const std::vector<std::int64_t>& inputShape,
                                            const std::filesystem::path& target, nlohmann::json card,
                                            Overwrite overwrite)
{
    if (inputShape.size() != 4)
        return fail(ErrorCode::InvalidArgument, target.string(),
                    "an input shape has four numbers: N, C, H, W");
    auto module = tracedModule(network, inputShape, TraceFor::AnySize);
    if (!module)
        return fail(module.error().code, target.string(), module.error().detail);
    TorchScriptReport report{inputShape, agreesOnOtherSizes(network, *module, inputShape)};
    if (!card.is_object())
        card = nlohmann::json::object();
    describeInput(card, report);
    card["traced_shape"] = report.tracedShape;
    card["other_sizes"] = report.takesOtherSizes;
    const std::string text = card.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    if (auto saved = save(*module, target, text, overwrite); !saved)
        return tl::unexpected(saved.error());
    return report;
}

} // namespace fedefm
