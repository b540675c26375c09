// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/evaluator_private.h"

#include "core/geometry/hysteresis.h"
#include "core/model/networks/view_average_private.h"
#include "core/train/metrics.h"
#include "core/train/torch/losses_private.h"
#include "core/train/torch/training_scope_private.h"

#include <algorithm>
#include <future>

namespace fedefm {

namespace {

/// A sample as the network sees it, and its size before padding.
struct Prepared
{
    Result<Sample> sample = fail(ErrorCode::Internal, "");
    int usedWidth = 0, usedHeight = 0;
};

Prepared prepare(const Dataset& dataset, std::size_t index, const InputSettings& input)
{
    Prepared prepared{dataset.sample(index), 0, 0};
    if (!prepared.sample)
        return prepared;
    prepared.usedWidth = input.sizePx > 0 ? input.sizePx : prepared.sample->width;
    prepared.usedHeight = input.sizePx > 0 ? input.sizePx : prepared.sample->height;
    applyInput(*prepared.sample, input);
    return prepared;
}

std::shared_ptr<Batch> batchOf(Sample& sample)
{
    auto batch = std::make_shared<Batch>();
    batch->count = 1;
    batch->channels = sample.channels;
    batch->height = sample.height;
    batch->width = sample.width;
    batch->images = std::move(sample.image);
    batch->labels = std::move(sample.labels);
    batch->imageClasses = {sample.imageClass};
    batch->flagCount = static_cast<int>(sample.imageFlags.size());
    batch->imageFlags = std::move(sample.imageFlags);
    return batch;
}

template <typename T> std::vector<T> cropped(const T* values, int stride, int width, int height)
{
    std::vector<T> part;
    part.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        const T* row = values + static_cast<std::size_t>(y) * static_cast<std::size_t>(stride);
        part.insert(part.end(), row, row + width);
    }
    return part;
}

std::vector<std::size_t> chosenIndices(std::size_t size, int limit)
{
    const std::size_t count = limit > 0 ? std::min(size, static_cast<std::size_t>(limit)) : size;
    std::vector<std::size_t> indices(count);
    for (std::size_t at = 0; at < count; ++at)
        indices[at] = at * size / count;
    return indices;
}

/// Class with the largest logit, those before `first` left out, without padding.
std::vector<std::uint8_t> likeliest(const torch::Tensor& logits, int first, int width, int height)
{
    const torch::Tensor classes =
        logits.slice(1, first).argmax(1).add(first).to(torch::kByte).to(torch::kCPU).contiguous();
    return cropped(classes.data_ptr<std::uint8_t>(), static_cast<int>(classes.size(2)), width, height);
}

FloatPlane deviceProbability(const torch::Tensor& logits, int width, int height)
{
    const torch::Tensor devices =
        (1.0F - torch::softmax(logits, 1).select(1, 0)).to(torch::kCPU).contiguous();
    FloatPlane plane(width, height);
    plane.values = cropped(devices.data_ptr<float>(), static_cast<int>(devices.size(2)), width, height);
    return plane;
}

/// As the overlay marks them: a device of doubtful kind is a device, faint pixels count where they go on from
/// sure ones.
std::vector<std::uint8_t> labelsFrom(const torch::Tensor& logits, const FloatPlane& devices,
                                     const DeviceThresholds& thresholds)
{
    std::vector<std::uint8_t> labels = likeliest(logits, 1, devices.width, devices.height);
    const auto kept = hysteresis(devices, labels, static_cast<float>(thresholds.least),
                                 static_cast<float>(thresholds.sure));
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (kept[i] == 0)
            labels[i] = 0;
    return labels;
}

/// Collects what the samples give.
class Collector
{
public:
    Collector(const Dataset& dataset, const EvaluationSettings& settings, torch::Device device)
        : m_settings(settings), m_device(device),
          m_isMultiLabel(settings.isClassification && dataset.isMultiLabel()),
          m_names(!settings.classNames.empty() ? settings.classNames
                  : settings.isClassification  ? dataset.imageClassNames()
                                               : dataset.classNames()),
          m_classes(settings.isClassification || !settings.classNames.empty()
                        ? static_cast<int>(m_names.size())
                        : dataset.classCount()),
          m_weights(classWeightsOf(settings.loss, device)), m_proper(std::max(m_classes, 2)),
          m_paper(std::max(m_classes, 2)), m_classification(std::max(m_classes, 2)), m_flags(m_classes)
    {
    }

    Status add(Network& network, Prepared prepared, const std::function<void(const Predicted&)>& onPrediction)
    {
        const std::shared_ptr<const Batch> batch = batchOf(*prepared.sample);
        const auto found = logitsOf(network, imagesOf(batch, m_device));
        if (!found)
            return tl::unexpected(found.error());
        const torch::Tensor& logits = *found;
        if (auto fits = checkLogits(logits, m_classes, m_settings.isClassification); !fits)
            return fits;
        if (m_isMultiLabel)
            return addFlags(logits, *batch);
        if (m_settings.isClassification)
            return addClass(logits, *batch);
        addMask(logitsAt(logits.to(torch::kFloat), batch->height, batch->width), *batch, prepared,
                onPrediction);
        return {};
    }

    Evaluation result() const
    {
        Evaluation evaluation;
        evaluation.samples = m_samples;
        evaluation.loss = m_samples > 0 ? m_lossSum / m_samples : 0.0;
        if (m_isMultiLabel)
            evaluation.metrics = m_flags.toJson(m_names);
        else if (m_settings.isClassification)
            evaluation.metrics = m_classification.toJson(m_names);
        else
            evaluation.metrics = m_settings.metrics == "paper" ? m_paper.toJson() : m_proper.toJson(m_names);
        return evaluation;
    }

private:
    Result<torch::Tensor> logitsOf(Network& network, const torch::Tensor& images) const
    {
        const AutocastScope autocast(m_settings.useBfloat16, m_device);
        const auto look = [&network](const torch::Tensor& pictures) -> Result<torch::Tensor> {
            return network.forward(pictures);
        };
        if (m_settings.isClassification)
            return look(images);
        return viewAverage(images, m_settings.input.views, m_settings.input.multiple, look);
    }

    Status addClass(const torch::Tensor& logits, const Batch& batch)
    {
        if (batch.imageClasses.front() < 0)
            return {};
        m_lossSum += crossEntropyLoss(logits, imageClassesOf(batch, m_device), m_weights).item<double>();
        const torch::Tensor probabilities =
            torch::softmax(logits.to(torch::kFloat), 1).to(torch::kCPU).contiguous();
        m_classification.add(probabilities.data_ptr<float>(), static_cast<int>(batch.imageClasses.front()));
        ++m_samples;
        return {};
    }

    Status addFlags(const torch::Tensor& logits, const Batch& batch)
    {
        if (batch.flagCount != m_classes)
            return {};
        m_lossSum += flagLoss(logits, imageFlagsOf(batch, m_device), m_weights).item<double>();
        const torch::Tensor probabilities =
            torch::sigmoid(logits.to(torch::kFloat)).to(torch::kCPU).contiguous();
        m_flags.add(probabilities.data_ptr<float>(), batch.imageFlags.data());
        ++m_samples;
        return {};
    }

    void addMask(const torch::Tensor& logits, const Batch& batch, const Prepared& prepared,
                 const std::function<void(const Predicted&)>& onPrediction)
    {
        if (batch.labels.empty())
            return;
        m_lossSum +=
            segmentationLoss(logits, labelsOf(batch, m_device), m_settings.loss, m_weights).item<double>();
        Predicted predicted;
        predicted.order = m_samples++;
        predicted.width = prepared.usedWidth;
        predicted.height = prepared.usedHeight;
        if (m_settings.thresholds || onPrediction)
            predicted.devices = deviceProbability(logits, predicted.width, predicted.height);
        predicted.prediction = m_settings.thresholds
                                   ? labelsFrom(logits, predicted.devices, *m_settings.thresholds)
                                   : likeliest(logits, 0, predicted.width, predicted.height);
        predicted.reference = cropped(batch.labels.data(), batch.width, predicted.width, predicted.height);
        const LabelPair pair{predicted.prediction.data(), predicted.reference.data(), predicted.width,
                             predicted.height, 0.0};
        if (m_settings.metrics == "paper")
            m_paper.add(pair);
        else
            m_proper.add(pair);
        if (!onPrediction)
            return;
        predicted.picture = cropped(batch.images.data(), batch.width, predicted.width, predicted.height);
        onPrediction(predicted);
    }

    const EvaluationSettings& m_settings;
    torch::Device m_device;
    bool m_isMultiLabel;
    std::vector<std::string> m_names;
    int m_classes;
    torch::Tensor m_weights;
    ProperMetrics m_proper;
    PaperMetrics m_paper;
    ClassificationMetrics m_classification;
    FlagMetrics m_flags;
    double m_lossSum = 0.0;
    int m_samples = 0;
};

void flattenInto(const nlohmann::json& metrics, const std::string& prefix,
                 std::vector<std::pair<std::string, double>>& values)
{
    for (const auto& item : metrics.items()) {
        if (item.value().is_object())
            flattenInto(item.value(), prefix + item.key() + ".", values);
        else if (item.value().is_number())
            values.emplace_back(prefix + item.key(), item.value().get<double>());
    }
}

nlohmann::json::json_pointer pathOf(std::string name)
{
    std::replace(name.begin(), name.end(), '.', '/');
    return nlohmann::json::json_pointer("/" + name);
}

void addNames(const nlohmann::json& metrics, const std::string& prefix, std::string& names)
{
    for (const auto& item : metrics.items()) {
        if (item.value().is_object())
            addNames(item.value(), prefix + item.key() + ".", names);
        else if (item.key() != "pictures")
            names += (names.empty() ? "" : ", ") + prefix + item.key();
    }
}

} // namespace

Status checkMetricName(const std::string& name, const Dataset& dataset, const EvaluationSettings& settings)
{
    const nlohmann::json none = Collector(dataset, settings, torch::kCPU).result().metrics;
    const auto path = pathOf(name);
    if (none.contains(path) && !none[path].is_structured())
        return {};
    std::string names;
    addNames(none, {}, names);
    return fail(ErrorCode::InvalidArgument, "select_by", "no metric \"" + name + "\"; there are " + names);
}

std::optional<double> metricNamed(const nlohmann::json& metrics, const std::string& name)
{
    const auto path = pathOf(name);
    if (!metrics.contains(path) || !metrics[path].is_number())
        return std::nullopt;
    return metrics[path].get<double>();
}

Status checkLogits(const torch::Tensor& logits, std::int64_t classes, bool isClassification)
{
    const std::int64_t dimensions = isClassification ? 2 : 4;
    if (logits.dim() != dimensions)
        return fail(
            ErrorCode::InvalidArgument, "model",
            std::string("the network gives ") +
                (logits.dim() == 2 ? "classes of whole pictures" : "other than classes of whole pictures") +
                ", the task is " + (isClassification ? "classification" : "segmentation"));
    if (logits.size(1) != classes)
        return fail(ErrorCode::InvalidArgument, "model.hyper_parameters",
                    "the network has " + std::to_string(logits.size(1)) + " classes, the data have " +
                        std::to_string(classes));
    return {};
}

Result<Evaluation> evaluateNetwork(Network& network, const Dataset& dataset,
                                   const EvaluationSettings& settings, torch::Device device,
                                   const std::function<Status()>& obey,
                                   const std::function<void(int done, int total)>& progress,
                                   const std::function<void(const Predicted&)>& onPrediction)
{
    const torch::NoGradGuard noGrad;
    const EvaluationModeScope mode(network);
    const std::vector<std::size_t> indices = chosenIndices(dataset.size(), settings.limit);
    Collector collector(dataset, settings, device);
    const auto read = [&](std::size_t at) { return prepare(dataset, indices[at], settings.input); };
    std::future<Prepared> next;
    int unreadable = 0;
    Error firstError;
    for (std::size_t at = 0; at < indices.size(); ++at) {
        if (auto goesOn = obey(); !goesOn)
            return tl::unexpected(goesOn.error());
        Prepared prepared = next.valid() ? next.get() : read(at);
        if (at + 1 < indices.size())
            next = std::async(std::launch::async, read, at + 1);
        if (!prepared.sample) {
            if (unreadable++ == 0)
                firstError = prepared.sample.error();
        } else if (auto added = collector.add(network, std::move(prepared), onPrediction); !added) {
            return tl::unexpected(added.error());
        }
        if (progress)
            progress(static_cast<int>(at) + 1, static_cast<int>(indices.size()));
    }
    if (unreadable > 0 && unreadable == static_cast<int>(indices.size()))
        return tl::unexpected(firstError);
    Evaluation evaluation = collector.result();
    evaluation.unreadable = unreadable;
    if (unreadable > 0)
        evaluation.metrics["unreadable"] = unreadable;
    return evaluation;
}

std::vector<std::pair<std::string, double>> flattenMetrics(const nlohmann::json& metrics)
{
    std::vector<std::pair<std::string, double>> values;
    if (metrics.is_object())
        flattenInto(metrics, {}, values);
    return values;
}

} // namespace fedefm
