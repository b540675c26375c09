// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torch/jit_segmenter_private.h"

#include "core/base/library_message.h"
#include "core/geometry/hysteresis.h"
#include "core/model/model_input.h"
#include "core/model/networks/torchscript_private.h"
#include "core/model/networks/view_average_private.h"
#include "core/model/wire_description.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

namespace fedefm {

namespace {

class JitSegmenter final : public Segmenter
{
public:
    JitSegmenter(ModuleForShape modules, FileCard card, std::string file)
        : m_makeModule(std::move(modules)), m_card(std::move(card)), m_file(std::move(file))
    {
    }

    const ModelCard& card() const override { return m_card.card; }

    Result<Segmentation> segment(const Frame& frame, const SequenceInfo& info,
                                 const CancelToken& cancel) override
    {
        const auto start = std::chrono::steady_clock::now();
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_file);
        const ModelInput input = prepareInput(frame, info, m_card.input);
        Segmentation result;
        try {
            auto map = labelMap(input, frame.width(), frame.height(), cancel);
            if (!map)
                return tl::unexpected(map.error());
            if (cancel.isCancelled())
                return fail(ErrorCode::Cancelled, m_file);
            result = describeWires(std::move(*map));
            returnMemoryAtTimes();
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory, m_file);
        } catch (const std::exception& error) {
            return fail(ErrorCode::ModelBroken, m_file, libraryMessage(error.what()));
        }
        const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
        result.provenance.modelId = m_card.card.id;
        result.provenance.modelVersion = m_card.card.version;
        result.provenance.inputScale = input.scale;
        result.provenance.elapsedMs = elapsed.count();
        return result;
    }

private:
    /// What callers keep of each frame lies between the freed maps of the network, so that the next ones find
    /// no room there and the process grows by up to 10 MB a frame.
    void returnMemoryAtTimes()
    {
        constexpr std::size_t kLooks = 32;
        m_looks += std::max<std::size_t>(1, m_card.views.size());
        if (m_looks < kLooks)
            return;
        m_looks = 0;
        returnFreedMemory();
    }

    torch::Tensor tensorOf(const ModelInput& input) const
    {
        torch::Tensor values =
            torch::from_blob(const_cast<float*>(input.values.data()), {1, 1, input.height, input.width});
        if (m_card.channels > 1)
            values = values.expand({1, m_card.channels, input.height, input.width});
        const auto perChannel = [](const std::vector<double>& numbers) {
            return torch::tensor(numbers, torch::kFloat).view({1, -1, 1, 1});
        };
        if (!m_card.mean.empty())
            values = values - perChannel(m_card.mean);
        if (!m_card.deviation.empty())
            values = values / perChannel(m_card.deviation);
        return values.contiguous(torch::MemoryFormat::ChannelsLast);
    }

    Result<LabelMap> labelMap(const ModelInput& input, int width, int height, const CancelToken& cancel)
    {
        const torch::InferenceMode noGradient;
        const torch::Tensor values = tensorOf(input);
        const auto look = [this, &cancel](const torch::Tensor& picture) { return logitsOf(picture, cancel); };
        const auto logits = viewAverage(values, m_card.views, m_card.input.multiple, look);
        if (!logits)
            return tl::unexpected(logits.error());
        torch::Tensor used =
            logits->to(torch::kFloat).slice(2, 0, input.usedHeight).slice(3, 0, input.usedWidth);
        // Scaled back as numbers, so that the labels of a smaller input do not come out as steps.
        if (input.usedWidth != width || input.usedHeight != height)
            used = torch::upsample_bilinear2d(used, {height, width}, false);
        return toMap(used, input, width, height);
    }

    Result<torch::Tensor> logitsOf(const torch::Tensor& picture, const CancelToken& cancel)
    {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_file);
        const std::int64_t height = picture.size(2);
        const std::int64_t width = picture.size(3);
        const auto module = moduleFor(picture.sizes().vec());
        if (!module)
            return tl::unexpected(module.error());
        const auto outputs = static_cast<std::int64_t>(m_card.outputs.size());
        try {
            const torch::Tensor logits = (*module)->forward({picture}).toTensor();
            if (logits.sizes() == torch::IntArrayRef{1, outputs, height, width})
                return logits;
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory, m_file);
        } catch (const std::exception& error) {
            return fail(ErrorCode::ModelBroken, m_file,
                        "it does not take a picture of " + std::to_string(picture.size(1)) + "x" +
                            std::to_string(height) + "x" + std::to_string(width) + ": " +
                            libraryMessage(error.what()));
        }
        return fail(ErrorCode::ModelBroken, m_file,
                    "the output is not 1x" + std::to_string(outputs) + "xHxW of the input's size");
    }

    Result<torch::jit::Module*> moduleFor(const std::vector<std::int64_t>& shape)
    {
        if (const auto known = m_modules.find(shape); known != m_modules.end())
            return &known->second;
        auto module = m_makeModule(shape);
        if (!module)
            return tl::unexpected(module.error());
        // Those of frames of another size.
        if (m_modules.size() >= shapesOfAFrame())
            m_modules.clear();
        return &m_modules.emplace(shape, std::move(*module)).first->second;
    }

    std::size_t shapesOfAFrame() const
    {
        std::set<double> scales;
        for (const PictureView& view : m_card.views)
            scales.insert(view.scale);
        return std::max<std::size_t>(1, scales.size());
    }

    LabelMap toMap(const torch::Tensor& logits, const ModelInput& input, int width, int height) const
    {
        LabelMap map;
        map.labels.assign(static_cast<std::size_t>(width) * height, 0);
        map.foreground = FloatPlane(width, height);
        if (m_card.outputs.size() > 1)
            at::parallel_for(0, height, 32, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t y = begin; y < end; ++y)
                    labelRow(logits, y, map);
            });
        // Two things that do not need one another.
        at::parallel_for(0, 2, 1, [&](std::int64_t begin, std::int64_t end) {
            if (begin == 0)
                keepSure(map);
            if (end == 2)
                map.outside =
                    FieldOutside(input.values.data(), input.usedWidth, input.usedHeight, input.width);
        });
        return map;
    }

    /// Faint pixels count where they go on from sure ones.
    void keepSure(LabelMap& map) const
    {
        const auto kept = hysteresis(map.foreground, map.labels, static_cast<float>(m_card.leastProbability),
                                     static_cast<float>(m_card.sureProbability));
        for (std::size_t i = 0; i < kept.size(); ++i)
            if (kept[i] == 0)
                map.labels[i] = 0;
    }

    void labelRow(const torch::Tensor& logits, std::int64_t y, LabelMap& map) const
    {
        const auto* row = logits.data_ptr<float>() + y * logits.stride(2);
        const std::int64_t toNext = logits.stride(3);
        const std::int64_t toClass = logits.stride(1);
        const auto classes = static_cast<std::int64_t>(m_card.outputs.size());
        const std::size_t first = map.foreground.index(0, static_cast<int>(y));
        for (int x = 0; x < map.foreground.width; ++x) {
            const float* values = row + x * toNext;
            std::int64_t best = 1;
            for (std::int64_t k = 2; k < classes; ++k)
                if (values[k * toClass] > values[best * toClass])
                    best = k;
            const float device = values[best * toClass];
            // The softmax is only worth its price where there may be something.
            if (values[0] - device > kSureBackground)
                continue;
            double devices = 0.0;
            for (std::int64_t k = 1; k < classes; ++k)
                devices += std::exp(static_cast<double>(values[k * toClass] - device));
            const double probability =
                devices / (devices + std::exp(static_cast<double>(values[0] - device)));
            map.foreground.values[first + x] = static_cast<float>(probability);
            // A device of doubtful kind is a device: all kinds together count.
            if (probability > m_card.leastProbability)
                map.labels[first + x] =
                    static_cast<std::uint8_t>(m_card.outputs[static_cast<std::size_t>(best)]);
        }
    }

    /// Logits of background above all others by this much: probability of a device below 1 %.
    static constexpr float kSureBackground = 5.0F;

    ModuleForShape m_makeModule;
    std::map<std::vector<std::int64_t>, torch::jit::Module> m_modules; ///< by the shape of their inputs
    FileCard m_card;
    std::string m_file;
    std::size_t m_looks = 0; ///< since freed memory was returned
};

} // namespace

std::unique_ptr<Segmenter> makeJitSegmenter(ModuleForShape modules, FileCard card, std::string file)
{
    return std::make_unique<JitSegmenter>(std::move(modules), std::move(card), std::move(file));
}

void useAllCores()
{
    // OpenMP itself reads the variable when it is loaded, which may have been before --threads set it.
    const char* given = std::getenv("OMP_NUM_THREADS");
    const int asked = given ? std::atoi(given) : 0;
    torch::set_num_threads(asked > 0 ? asked
                                     : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

} // namespace fedefm
