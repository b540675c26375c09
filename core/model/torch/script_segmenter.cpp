// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torch/script_segmenter.h"

#include "core/model/model_card.h"
#include "core/model/model_input.h"
#include "core/model/torch/torch_private.h"

#include <chrono>

namespace fedefm {

namespace {

constexpr const char* kCardFile = "card.json";
constexpr int kClasses = 3;

struct Loaded
{
    torch::jit::Module network;
    ModelCard card;
    int multiple = 32;
    int longestSide = 0;
};

Result<Loaded> load(const std::filesystem::path& file, const std::string& card)
{
    std::error_code code;
    if (!std::filesystem::exists(file, code))
        return fail(ErrorCode::FileNotFound, file.string());
    try {
        Loaded loaded;
        torch::jit::ExtraFilesMap extra{{kCardFile, ""}};
        loaded.network = torch::jit::load(file.string(), torch::kCPU, extra);
        loaded.network.eval();
        const FileCard parsed = parseModelCard(card.empty() ? extra[kCardFile] : card, file.stem().string());
        loaded.card = parsed.card;
        loaded.multiple = parsed.multiple;
        loaded.longestSide = parsed.longestSide;
        loaded.card.parameters = 0;
        for (const auto& parameter : loaded.network.parameters())
            loaded.card.parameters += parameter.numel();
        return loaded;
    } catch (const std::exception& error) {
        return fail(ErrorCode::ModelBroken, file.string(), std::string(error.what()).substr(0, 200));
    }
}

class TorchScriptSegmenter final : public Segmenter
{
public:
    TorchScriptSegmenter(Loaded loaded, std::string file)
        : m_loaded(std::move(loaded)), m_file(std::move(file))
    {
    }

    const ModelCard& card() const override { return m_loaded.card; }

    Result<Segmentation> segment(const Frame& frame, const SequenceInfo& info,
                                 const CancelToken& cancel) override
    {
        const auto start = std::chrono::steady_clock::now();
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_file);
        const ModelInput input = prepareInput(frame, info, m_loaded.longestSide, m_loaded.multiple);
        Segmentation result;
        result.width = frame.width();
        result.height = frame.height();
        try {
            const auto labels = run(input);
            if (!labels)
                return tl::unexpected(labels.error());
            fillMasks(*labels, input, result);
        } catch (const std::exception& error) {
            return fail(ErrorCode::ModelBroken, m_file, std::string(error.what()).substr(0, 200));
        }
        const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
        result.provenance.modelId = m_loaded.card.id;
        result.provenance.modelVersion = m_loaded.card.version;
        result.provenance.inputScale = input.scale;
        result.provenance.elapsedMs = elapsed.count();
        return result;
    }

private:
    /// Class numbers at input size.
    Result<torch::Tensor> run(const ModelInput& input)
    {
        const torch::NoGradGuard noGradient;
        auto values =
            torch::from_blob(const_cast<float*>(input.values.data()), {1, 1, input.height, input.width});
        const torch::Tensor logits = m_loaded.network.forward({values}).toTensor();
        if (logits.dim() != 4 || logits.size(1) != kClasses || logits.size(2) != input.height ||
            logits.size(3) != input.width)
            return fail(ErrorCode::ModelBroken, m_file, "the output is not 1x3xHxW of the input's size");
        m_confidence = logits.softmax(1).slice(1, 1).amax(1).squeeze(0).contiguous().to(torch::kFloat);
        return logits.argmax(1).squeeze(0).to(torch::kUInt8).contiguous();
    }

    void fillMasks(const torch::Tensor& labels, const ModelInput& input, Segmentation& result) const
    {
        const std::vector<std::uint8_t> image =
            labelsAtImageSize(labels.data_ptr<std::uint8_t>(), input, result.width, result.height);
        for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire}) {
            RleMask mask = RleMask::fromLabel(image.data(), result.width, result.height,
                                              static_cast<std::uint8_t>(wireClass));
            if (!mask.isEmpty())
                result.masks.push_back({wireClass, std::move(mask)});
        }
        const auto found = labels.gt(0);
        if (found.any().item<bool>())
            result.confidence = m_confidence.masked_select(found).mean().item<double>();
    }

    Loaded m_loaded;
    std::string m_file;
    torch::Tensor m_confidence;
};

} // namespace

Result<std::unique_ptr<Segmenter>> openTorchScript(const std::filesystem::path& file, const std::string& card)
{
    auto loaded = load(file, card);
    if (!loaded)
        return tl::unexpected(loaded.error());
    return std::make_unique<TorchScriptSegmenter>(std::move(*loaded), file.string());
}

} // namespace fedefm
