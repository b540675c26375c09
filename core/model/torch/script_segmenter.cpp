// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torch/script_segmenter.h"

#include "core/base/library_message.h"
#include "core/model/torch/jit_segmenter_private.h"

namespace fedefm {

namespace {

constexpr const char* kCardFile = "card.json";

} // namespace

Result<std::unique_ptr<Segmenter>> openTorchScript(const std::filesystem::path& file, const std::string& card)
{
    std::error_code code;
    if (!std::filesystem::exists(file, code))
        return fail(ErrorCode::FileNotFound, file.string());
    try {
        useAllCores();
        torch::jit::ExtraFilesMap extra{{kCardFile, ""}};
        torch::jit::Module network = torch::jit::load(file.string(), torch::kCPU, extra);
        network.eval();
        FileCard parsed = parseModelCard(card.empty() ? extra[kCardFile] : card, file.stem().string());
        parsed.card.parameters = 0;
        for (const auto& parameter : network.parameters())
            parsed.card.parameters += parameter.numel();
        return makeJitSegmenter(
            [network = std::move(network)](const std::vector<std::int64_t>&) { return network; },
            std::move(parsed), file.string());
    } catch (const std::exception& error) {
        return fail(ErrorCode::ModelBroken, file.string(), libraryMessage(error.what()));
    }
}

} // namespace fedefm
