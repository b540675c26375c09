// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torch/sam_prompt_segmenter.h"

#include "core/base/library_message.h"
#include "core/model/model_input.h"
#include "core/model/networks/sam_private.h"
#include "core/model/torch/torch_private.h"

#include <algorithm>
#include <new>

namespace fedefm {

namespace {

/// Three 8-bit channels per pixel, attenuation dark.
std::vector<std::uint8_t> colourPixels(const Frame& frame, const SequenceInfo& info)
{
    const std::size_t count = static_cast<std::size_t>(frame.width()) * frame.height();
    std::vector<std::uint8_t> pixels(3 * count);
    if (frame.samples() == 3) {
        colorToRgb(frame, info.colorModel == ColorModel::YbrFull, pixels.data());
        return pixels;
    }
    if (info.palette) {
        paletteToRgb(frame, *info.palette, pixels.data());
        return pixels;
    }
    const bool isByte = frame.type() == PixelType::U8;
    const ModelInput scaled = isByte ? ModelInput{} : prepareInput(frame, info, {0, 0, 1});
    for (std::size_t i = 0; i < count; ++i) {
        const auto stored = isByte ? frame.data<std::uint8_t>()[i] : std::uint8_t(0);
        const auto grey = isByte ? static_cast<std::uint8_t>(info.grey.inverse ? 255 - stored : stored)
                                 : static_cast<std::uint8_t>(scaled.values[i] * 255.0F + 0.5F);
        std::fill_n(pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey);
    }
    return pixels;
}

PromptLogits logitsOf(const torch::Tensor& mask)
{
    const auto values = mask.to(torch::kCPU, torch::kFloat).contiguous();
    const auto* first = values.data_ptr<float>();
    return {
        static_cast<int>(values.size(1)), static_cast<int>(values.size(0)), {first, first + values.numel()}};
}

class SamPromptSegmenter final : public PromptSegmenter
{
public:
    SamPromptSegmenter(std::shared_ptr<SamNetwork> network, std::string file)
        : m_network(std::move(network)), m_file(std::move(file))
    {
        m_network->eval();
        m_card.id = "sam";
        m_card.name = "Segment Anything (click and box prompts)";
        m_card.architecture = "sam";
        m_card.input = "any size, grey or colour";
        m_card.training = "not stated";
        for (const auto& parameter : m_network->parameters())
            m_card.parameters += parameter.numel();
    }

    const ModelCard& card() const override { return m_card; }
    bool hasImage() const override { return m_embedding.defined(); }

    void clearImage() override
    {
        m_frame.reset();
        m_embedding.reset();
    }

    Status setImage(FramePtr frame, const SequenceInfo& info, const CancelToken& cancel) override
    {
        if (frame && frame == m_frame && hasImage())
            return {};
        clearImage();
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_file);
        if (!frame || frame->width() < 1 || frame->height() < 1)
            return fail(ErrorCode::InvalidArgument, m_file, "no picture");
        if (frame->samples() != 1 && frame->samples() != 3)
            return fail(ErrorCode::UnsupportedPixels, m_file,
                        std::to_string(frame->samples()) + " samples per pixel");
        return guarded([&]() -> Status {
            encode(*frame, info);
            if (cancel.isCancelled()) {
                clearImage();
                return fail(ErrorCode::Cancelled, m_file);
            }
            m_frame = std::move(frame);
            return {};
        });
    }

    Result<std::vector<PromptMask>> predict(const Prompt& prompt) override
    {
        if (!hasImage())
            return fail(ErrorCode::InvalidArgument, m_file, "no image was set");
        if (prompt.points.empty() && !prompt.box)
            return fail(ErrorCode::InvalidArgument, m_file, "a prompt needs a point or a box");
        if (const auto& previous = prompt.previous;
            previous &&
            (previous->width != 4 * m_embedding.size(3) || previous->height != 4 * m_embedding.size(2) ||
             previous->values.size() != static_cast<std::size_t>(previous->width) * previous->height))
            return fail(ErrorCode::InvalidArgument, m_file, "the earlier logits have another size");
        std::vector<PromptMask> masks;
        const Status status = guarded([&]() -> Status {
            masks = decode(prompt);
            return {};
        });
        if (!status)
            return tl::unexpected(status.error());
        return masks;
    }

private:
    template <typename Work> Status guarded(const Work& work)
    {
        try {
            const torch::NoGradGuard noGradient;
            return work();
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory, m_file);
        } catch (const std::exception& error) {
            return fail(ErrorCode::ModelBroken, m_file, libraryMessage(error.what()));
        }
    }

    void encode(const Frame& frame, const SequenceInfo& info)
    {
        m_original = {frame.width(), frame.height()};
        m_resized = longSideSize(m_original, m_network->imageSize());
        auto pixels = resizePicture(colourPixels(frame, info), m_original, m_resized, 3);
        const auto picture =
            torch::from_blob(pixels.data(), {m_resized.height, m_resized.width, 3}, torch::kUInt8)
                .permute({2, 0, 1});
        m_embedding = m_network->forward(m_network->preprocess(picture));
    }

    /// Image pixels to pixels of the resized picture.
    float column(double x) const { return static_cast<float>(x * m_resized.width / m_original.width); }
    float row(double y) const { return static_cast<float>(y * m_resized.height / m_original.height); }

    SamPrompts tensorsOf(const Prompt& prompt) const
    {
        SamPrompts prompts;
        if (!prompt.points.empty()) {
            std::vector<float> coordinates;
            std::vector<std::int64_t> labels;
            for (const PromptPoint& point : prompt.points) {
                coordinates.insert(coordinates.end(), {column(point.position.x), row(point.position.y)});
                labels.push_back(point.isObject ? 1 : 0);
            }
            prompts.points = torch::tensor(coordinates).view({1, -1, 2});
            prompts.labels = torch::tensor(labels).view({1, -1});
        }
        if (prompt.box) {
            const auto [left, right] = std::minmax(prompt.box->first.x, prompt.box->second.x);
            const auto [top, bottom] = std::minmax(prompt.box->first.y, prompt.box->second.y);
            prompts.boxes = torch::tensor({column(left), row(top), column(right), row(bottom)}).view({1, 4});
        }
        if (prompt.previous)
            prompts.mask = torch::tensor(prompt.previous->values)
                               .view({1, 1, prompt.previous->height, prompt.previous->width});
        return prompts;
    }

    std::vector<PromptMask> decode(const Prompt& prompt) const
    {
        const SamMasks all = m_network->decode(m_embedding, tensorsOf(prompt));
        const std::int64_t first = prompt.wantsSeveral ? 1 : 0;
        const std::int64_t last = prompt.wantsSeveral ? all.logits.size(1) : 1;
        const auto low = all.logits.slice(1, first, last);
        const auto object = m_network->masksAtOriginalSize(low, m_resized, m_original)
                                .gt(0)
                                .to(torch::kCPU, torch::kUInt8)
                                .contiguous();
        std::vector<PromptMask> masks;
        for (std::int64_t i = 0; i < last - first; ++i)
            masks.push_back({RleMask::fromBytes(object[0][i].data_ptr<std::uint8_t>(), m_original.width,
                                                m_original.height),
                             all.scores[0][first + i].item<double>(), logitsOf(low[0][i])});
        std::stable_sort(masks.begin(), masks.end(),
                         [](const PromptMask& a, const PromptMask& b) { return a.score > b.score; });
        return masks;
    }

    std::shared_ptr<SamNetwork> m_network;
    std::string m_file;
    ModelCard m_card;
    FramePtr m_frame;
    PictureSize m_original;
    PictureSize m_resized;
    torch::Tensor m_embedding;
};

} // namespace

Result<std::unique_ptr<PromptSegmenter>> openSamPromptSegmenter(const std::filesystem::path& file,
                                                                const NetworkSpec& spec)
{
    const auto tensors = readTensorFile(file);
    if (!tensors)
        return tl::unexpected(tensors.error());
    const auto network = makeNetwork(spec.architecture.empty() ? NetworkSpec{"sam"} : spec);
    if (!network)
        return tl::unexpected(network.error());
    auto sam = std::dynamic_pointer_cast<SamNetwork>(*network);
    if (!sam)
        return fail(ErrorCode::InvalidArgument, spec.architecture, "prompts need the architecture 'sam'");
    if (const auto loaded = loadState(*sam, *tensors, file.string()); !loaded)
        return tl::unexpected(loaded.error());
    return std::make_unique<SamPromptSegmenter>(std::move(sam), file.string());
}

} // namespace fedefm
