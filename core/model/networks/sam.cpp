// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/sam_private.h"

namespace fedefm {

SamNetwork::SamNetwork(const SamSettings& settings)
    : m_settings(settings),
      m_imageEncoder(register_module("image_encoder", std::make_shared<SamImageEncoder>(settings.encoder))),
      m_promptEncoder(register_module("prompt_encoder", std::make_shared<SamPromptEncoder>(
                                                            settings.decoder.width, settings.maskChannels))),
      m_maskDecoder(register_module("mask_decoder", std::make_shared<SamMaskDecoder>(settings.decoder)))
{
    m_imageEncoder->setRecordPrefix("image_encoder.");
}

torch::Tensor SamNetwork::forward(torch::Tensor input)
{
    return m_imageEncoder->forward(std::move(input));
}

torch::Tensor SamNetwork::preprocess(const torch::Tensor& picture) const
{
    const auto column = [](const std::array<double, 3>& values) {
        return torch::tensor(at::ArrayRef<double>(values.data(), values.size()), torch::kFloat)
            .view({3, 1, 1});
    };
    auto x = picture.dim() == 3 ? picture.unsqueeze(0) : picture;
    x = (x.to(torch::kFloat) - column(m_settings.pixelMean).to(x.device())) /
        column(m_settings.pixelDeviation).to(x.device());
    return torch::constant_pad_nd(x, {0, imageSize() - x.size(3), 0, imageSize() - x.size(2)});
}

SamGrid SamNetwork::gridOf(const torch::Tensor& embedding) const
{
    return {embedding.size(2), embedding.size(3), m_settings.encoder.patch};
}

SamMasks SamNetwork::decode(const torch::Tensor& embedding, const SamPrompts& prompts)
{
    const SamGrid grid = gridOf(embedding);
    const auto embedded = m_promptEncoder->forward(prompts, grid);
    return m_maskDecoder->forward(embedding, m_promptEncoder->densePositions(grid), embedded.sparse,
                                  embedded.dense);
}

torch::Tensor SamNetwork::masksAtOriginalSize(const torch::Tensor& lowResolution, PictureSize resized,
                                              PictureSize original) const
{
    auto x = torch::upsample_bilinear2d(lowResolution, {imageSize(), imageSize()}, /*align_corners=*/false);
    x = x.slice(2, 0, resized.height).slice(3, 0, resized.width);
    return torch::upsample_bilinear2d(x, {original.height, original.width}, /*align_corners=*/false);
}

} // namespace fedefm
