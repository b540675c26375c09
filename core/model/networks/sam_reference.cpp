// SPDX-License-Identifier: GPL-3.0-or-later
// The cases of SAM's reference files: prompts, post-processing, resizing.
#include "core/model/networks/sam_private.h"

namespace fedefm {

namespace {

using Tensors = std::map<std::string, torch::Tensor>;

torch::Tensor entry(const Tensors& io, const std::string& name)
{
    const auto found = io.find(name);
    return found == io.end() ? torch::Tensor() : found->second;
}

PictureSize sizeFrom(const torch::Tensor& heightAndWidth)
{
    const auto values = heightAndWidth.to(torch::kCPU, torch::kLong).contiguous();
    return {static_cast<int>(values[1].item<std::int64_t>()),
            static_cast<int>(values[0].item<std::int64_t>())};
}

} // namespace

void SamNetwork::runPrompts(const std::string& name, const SamPrompts& prompts,
                            const torch::Tensor& embedding, const Tensors& io, Tensors& results)
{
    const SamGrid grid = gridOf(embedding);
    const auto embedded = m_promptEncoder->forward(prompts, grid);
    const auto positions = m_promptEncoder->densePositions(grid);
    results[name + ".sparse_embeddings"] = embedded.sparse;
    results[name + ".dense_embeddings"] = embedded.dense;
    SamMasks masks;
    Tensors features;
    {
        // The decoder's features belong to this case.
        const FeatureRecorder recorder;
        masks = m_maskDecoder->forward(embedding, positions, embedded.sparse, embedded.dense);
        features = recorder.features();
    }
    for (const auto& [feature, value] : features)
        recordFeature(name + "." + feature, value);

    const auto original = entry(io, "original_size");
    const auto image = entry(io, "image");
    const auto put = [&](const std::string& kind, std::int64_t first, std::int64_t last) {
        const auto logits = masks.logits.slice(1, first, last);
        results[name + kind + ".low_res_masks"] = logits;
        results[name + kind + ".iou_predictions"] = masks.scores.slice(1, first, last);
        const std::string atOriginal = name + kind + ".mask_logits_original_size";
        if (!io.count(atOriginal) || !original.defined() || !image.defined())
            return;
        const PictureSize resized{static_cast<int>(image.size(-1)), static_cast<int>(image.size(-2))};
        results[atOriginal] = masksAtOriginalSize(logits, resized, sizeFrom(original));
    };
    put(".single", 0, 1);
    put(".multi", 1, masks.logits.size(1));
}

void SamNetwork::runResize(const Tensors& io, Tensors& results) const
{
    const auto picture = entry(io, "resize.image");
    if (!picture.defined() || picture.dim() != 3 || picture.scalar_type() != torch::kUInt8)
        return;
    const PictureSize from{static_cast<int>(picture.size(1)), static_cast<int>(picture.size(0))};
    const PictureSize to = longSideSize(from, imageSize());
    const auto source = picture.to(torch::kCPU).contiguous();
    const auto channels = static_cast<int>(source.size(2));
    const auto* bytes = source.data_ptr<std::uint8_t>();
    const auto pixels = resizePicture({bytes, bytes + source.numel()}, from, to, channels);
    results["resize.result"] = torch::tensor(at::ArrayRef<std::uint8_t>(pixels), torch::kUInt8)
                                   .view({to.height, to.width, channels});
    if (const auto coordinates = entry(io, "resize.coords"); coordinates.defined())
        results["resize.coords_result"] =
            coordinates.to(torch::kDouble) * torch::tensor({static_cast<double>(to.width) / from.width,
                                                            static_cast<double>(to.height) / from.height},
                                                           torch::kDouble);
}

std::map<std::string, torch::Tensor> SamNetwork::runReference(const Tensors& io)
{
    Tensors results;
    runResize(io, results);
    auto input = entry(io, "input");
    if (const auto image = entry(io, "image"); !input.defined() && image.defined())
        input = preprocess(image);
    if (!input.defined())
        return results;
    const auto embedding = forward(input);
    results["output"] = embedding;
    results["dense_pe"] = m_promptEncoder->densePositions(gridOf(embedding));

    const auto points = entry(io, "point_coords");
    const auto labels = entry(io, "point_labels");
    const auto boxes = entry(io, "boxes");
    const auto mask = entry(io, "mask_input");
    const bool hasPoints = points.defined() && labels.defined();
    if (hasPoints)
        runPrompts("points", {points, labels, {}, {}}, embedding, io, results);
    if (boxes.defined())
        runPrompts("box", {{}, {}, boxes, {}}, embedding, io, results);
    if (hasPoints && boxes.defined())
        runPrompts("points_box", {points, labels, boxes, {}}, embedding, io, results);
    if (hasPoints && mask.defined()) {
        // One point beside each mask.
        const auto count = mask.size(0);
        runPrompts(
            "point_mask",
            {points.slice(0, 0, count).slice(1, 0, 1), labels.slice(0, 0, count).slice(1, 0, 1), {}, mask},
            embedding, io, results);
    }
    return results;
}

} // namespace fedefm
