// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"

#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// ImageEncoderViT's vocabulary; the defaults are those of ViT-B.
struct SamEncoderSettings
{
    int imageSize = 1024;
    int patch = 16;
    int inChannels = 3;
    int width = 768;
    int depth = 12;
    int heads = 12;
    double mlpRatio = 4.0;
    bool qkvBias = true;
    bool useAbsolutePositions = true;
    bool useRelativePositions = true;
    int window = 14; ///< 0: all blocks attend globally
    std::vector<int> globalBlocks{2, 5, 8, 11};
    int outChannels = 256;

    int grid() const { return imageSize / patch; }
};

/// Reads the entries above; the caller reads its own and calls finish().
SamEncoderSettings readSamEncoderSettings(HyperParameters& values, bool absolutePositionsByDefault);
Status checkSamEncoderSettings(const SamEncoderSettings& settings, const std::string& architecture);

/// Segment Anything's image encoder (Kirillov et al. 2023, ViTDet): N×3×H×W → N×outChannels×H/patch×W/patch.
/// Other sizes than the constructed one work: positions are resized on the way.
class SamImageEncoder : public Network
{
public:
    explicit SamImageEncoder(const SamEncoderSettings& settings);
    torch::Tensor forward(torch::Tensor input) override;
    /// Also runs `input_alt` of another size.
    std::map<std::string, torch::Tensor>
    runReference(const std::map<std::string, torch::Tensor>& io) override;

    /// Recorded features get this prefix.
    void setRecordPrefix(std::string prefix) { m_recordPrefix = std::move(prefix); }

private:
    class Block;
    std::string m_recordPrefix;
    int m_inChannels;
    torch::Tensor m_positions;
    std::shared_ptr<PatchProjection> m_patches;
    std::vector<std::shared_ptr<Block>> m_blocks;
    torch::nn::Conv2d m_neckPoint;
    std::shared_ptr<LayerNorm2d> m_neckNorm1;
    torch::nn::Conv2d m_neckArea;
    std::shared_ptr<LayerNorm2d> m_neckNorm2;
};

} // namespace fedefm
