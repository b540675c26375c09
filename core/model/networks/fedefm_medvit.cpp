// SPDX-License-Identifier: GPL-3.0-or-later
// FedEFM's foundation network: TransUNet's hybrid encoder with a classification head on the first patch.
#include "core/model/networks/network_private.h"
#include "core/model/networks/transformer_parts_private.h"
#include "core/model/networks/transunet_encoder_private.h"

namespace fedefm {

namespace {

constexpr const char* kMedVitName = "fedefm_medvit";
constexpr int kOfficialClasses = 6;

class MedVit : public Network
{
public:
    MedVit(const TransunetEncoderSizes& sizes, int classes, bool meanOfTokens) : m_meanOfTokens(meanOfTokens)
    {
        // The official names have no prefix: the encoder's parts are registered here as well as in itself.
        m_encoder = std::make_shared<TransunetEncoder>(sizes);
        for (const auto& child : m_encoder->named_children())
            register_module(child.key(), child.value());
        m_head = register_module("mlp_head", torch::nn::Linear(sizes.hidden, classes));
    }

    torch::Tensor forward(torch::Tensor input) override { return forwardWithFeatures(input).first; }

    std::pair<torch::Tensor, torch::Tensor> forwardWithFeatures(torch::Tensor input) override
    {
        const auto encoded = m_encoder->forward(withChannels(input, 3), false);
        const torch::Tensor token = m_meanOfTokens ? encoded.tokens.mean(1) : encoded.tokens.select(1, 0);
        return {m_head->forward(token), encoded.map()};
    }

    void train(bool on = true) override
    {
        Network::train(on);
        m_encoder->train(on);
    }

private:
    bool m_meanOfTokens;
    std::shared_ptr<TransunetEncoder> m_encoder;
    torch::nn::Linear m_head{nullptr};
};

TransunetEncoderSizes officialSizes()
{
    TransunetEncoderSizes sizes;
    sizes.imageSize = 256;
    sizes.mlp = 1024;
    sizes.heads = 8;
    sizes.layers = 8;
    return sizes;
}

Result<NetworkPtr> makeMedVit(const nlohmann::json& values)
{
    HyperParameters given(values);
    const TransunetEncoderSizes sizes = readEncoderSizes(given, officialSizes());
    const int classes = given.integer("num_classes", kOfficialClasses, 1, 1 << 20);
    const std::string pool = given.text("pool", "cls");
    if (const Status status = given.finish(kMedVitName); !status)
        return tl::unexpected<Error>(status.error());
    if (pool != "cls" && pool != "mean")
        return fail(ErrorCode::InvalidArgument, kMedVitName, "pool must be 'cls' or 'mean'");
    if (const Status status = checkEncoderSizes(sizes, kMedVitName); !status)
        return tl::unexpected<Error>(status.error());
    return NetworkPtr(std::make_shared<MedVit>(sizes, classes, pool == "mean"));
}

} // namespace

const Architecture& fedefmMedvitArchitecture()
{
    static const Architecture architecture{
        {kMedVitName, "FedEFM's foundation network, which tells the source of a picture", {"default"}},
        [](const std::string&) {
            nlohmann::json values = encoderSizesJson(officialSizes());
            values["num_classes"] = kOfficialClasses;
            return values;
        },
        makeMedVit};
    return architecture;
}

} // namespace fedefm
