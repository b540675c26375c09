// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/sam_image_encoder_private.h"
#include "core/model/networks/sam_mask_decoder_private.h"
#include "core/model/networks/sam_prompt_encoder_private.h"
#include "core/model/networks/sam_resize.h"

#include <array>

namespace fedefm {

struct SamSettings
{
    SamEncoderSettings encoder;
    SamDecoderSettings decoder;
    int maskChannels = 16; ///< mask_in_chans
    std::array<double, 3> pixelMean{123.675, 116.28, 103.53};
    std::array<double, 3> pixelDeviation{58.395, 57.12, 57.375};
};

/// Segment Anything (Kirillov et al. 2023): image encoder, prompt encoder, mask decoder. forward() gives the
/// image embedding; masks come from decode().
class SamNetwork : public Network
{
public:
    explicit SamNetwork(const SamSettings& settings);

    int imageSize() const { return m_settings.encoder.imageSize; }

    torch::Tensor forward(torch::Tensor input) override;
    std::map<std::string, torch::Tensor>
    runReference(const std::map<std::string, torch::Tensor>& io) override;

    /// 3×h×w or N×3×h×w of grey levels 0…255, already resized → normalised, then zeros at the right and
    /// bottom.
    torch::Tensor preprocess(const torch::Tensor& picture) const;
    /// `embedding` is forward()'s result for one picture; all masks, the single one first.
    SamMasks decode(const torch::Tensor& embedding, const SamPrompts& prompts);
    /// Low-resolution logits B×K×4h×4w at the original size; `resized` is the picture's size within the
    /// input.
    torch::Tensor masksAtOriginalSize(const torch::Tensor& lowResolution, PictureSize resized,
                                      PictureSize original) const;

private:
    SamGrid gridOf(const torch::Tensor& embedding) const;
    void runPrompts(const std::string& name, const SamPrompts& prompts, const torch::Tensor& embedding,
                    const std::map<std::string, torch::Tensor>& io,
                    std::map<std::string, torch::Tensor>& results);
    void runResize(const std::map<std::string, torch::Tensor>& io,
                   std::map<std::string, torch::Tensor>& results) const;

    SamSettings m_settings;
    std::shared_ptr<SamImageEncoder> m_imageEncoder;
    std::shared_ptr<SamPromptEncoder> m_promptEncoder;
    std::shared_ptr<SamMaskDecoder> m_maskDecoder;
};

} // namespace fedefm
