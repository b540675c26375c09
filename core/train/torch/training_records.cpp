// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/training_session_private.h"

#include "core/base/log.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr double kReportPeriodMs = 50.0;
/// Every write is synced to the disk; faster steps are written together.
constexpr double kRecordPeriodMs = 250.0;
constexpr std::size_t kMostLogged = 20; ///< lines at once
/// Each is synced to the disk, too.
constexpr std::size_t kMostEvents = 1000;

std::vector<std::uint8_t> greyOf(const std::vector<float>& picture)
{
    const auto [least, most] = std::minmax_element(picture.begin(), picture.end());
    const float range = std::max(*most - *least, 1e-6F);
    std::vector<std::uint8_t> grey(picture.size());
    std::transform(picture.begin(), picture.end(), grey.begin(), [low = *least, range](float value) {
        return static_cast<std::uint8_t>(std::lround(255.0F * (value - low) / range));
    });
    return grey;
}

std::string number(const char* form, int value)
{
    char text[32];
    std::snprintf(text, sizeof text, form, value);
    return text;
}

} // namespace

fs::path TrainingSession::checkpointFile() const
{
    return m_run->folder() / "checkpoint.safetensors";
}

fs::path TrainingSession::bestFile() const
{
    return m_run->folder() / "weights" / "best.safetensors";
}

Status TrainingSession::checkpoint()
{
    // A resume does none of the steps before it again.
    const Status written = m_run->writeKept();
    const Status saved = saveCheckpoint(checkpointFile(), parts(), m_state);
    return saved ? written : saved;
}

Status TrainingSession::afterStep(double loss)
{
    ++m_state.step;
    ++m_state.batch;
    m_state.lossSum += loss;
    const double now = m_clock.nowMs();
    const double elapsedMs = now - m_lastRecordMs;
    const double epoch =
        m_state.epoch + static_cast<double>(m_state.batch) / std::max(1, m_loader->batchesPerEpoch());
    m_run->keepMetrics(m_state.step, epoch,
                       {{"train/loss", loss},
                        {"train/learning_rate", m_learningRate},
                        {"train/gradient_norm", m_gradientNorm}});
    if (elapsedMs >= kRecordPeriodMs || m_state.batch == m_loader->batchesPerEpoch()) {
        m_imagesPerSecond = 1e3 * static_cast<double>(m_imagesSinceRecord) / std::max(elapsedMs, 1e-3);
        auto added = m_run->addMetrics(
            m_state.step, epoch,
            {{"train/images_per_second", m_imagesPerSecond}, {"train/data_wait_ms", m_loader->waitedMs()}});
        if (!added)
            return added;
        m_lastRecordMs = now;
        m_imagesSinceRecord = 0;
    }
    report("train", m_state.batch, m_loader->batchesPerEpoch(), loss);
    if (m_config.checkpointEverySteps > 0 && m_state.step % m_config.checkpointEverySteps == 0)
        return checkpoint();
    return {};
}

Status TrainingSession::noteBest(int epoch, double value, const nlohmann::json& metrics)
{
    if (auto saved = saveNamedWeights("best", epoch, metrics); !saved)
        return saved;
    m_state.bestEpoch = epoch;
    m_state.bestValue = value;
    m_state.bestMetrics = metrics;
    return {};
}

Status TrainingSession::saveNamedWeights(const char* name, int epoch, const nlohmann::json& metrics)
{
    WeightsCard card{m_config, m_classNames, 0, m_data.train->size(), epoch, m_state.step, metrics};
    for (const torch::Tensor& parameter : m_network->parameters())
        card.parameters += parameter.numel();
    return saveWeights(m_run->folder() / "weights" / (std::string(name) + ".safetensors"), *m_network,
                       card.toJson());
}

void TrainingSession::saveSample(const Predicted& predicted)
{
    const int total = static_cast<int>(m_data.validation->size());
    const int evaluated = m_config.validationLimit > 0 ? std::min(total, m_config.validationLimit) : total;
    const int wanted = std::min(m_config.samplePictures, evaluated);
    if (!m_hooks.writePicture || wanted <= 0)
        return;
    const int spacing = evaluated / wanted;
    if (predicted.order % spacing != 0 || predicted.order / spacing >= wanted)
        return;
    const std::string folder = "samples/" + number("epoch_%04d", m_state.epoch);
    std::error_code ignored;
    fs::create_directories(m_run->folder() / folder, ignored);
    const std::string stem = folder + "/" + number("%02d", predicted.order / spacing);
    const std::vector<std::uint8_t> grey = greyOf(predicted.picture);
    const std::pair<std::string, const std::uint8_t*> files[] = {
        {stem + "_picture.png", grey.data()},
        {stem + "_reference.png", predicted.reference.data()},
        {stem + "_prediction.png", predicted.prediction.data()}};
    for (const auto& [name, values] : files)
        if (!m_hooks.writePicture(m_run->folder() / name, values, predicted.width, predicted.height))
            return; // a training does not end for a picture
    if (!m_run->addSample(m_state.epoch, files[0].first, files[1].first, files[2].first))
        return;
}

std::vector<DataFault> TrainingSession::newFaults()
{
    std::vector<DataFault> found;
    m_knownFaults.resize(m_data.sources.size());
    for (std::size_t source = 0; source < m_data.sources.size(); ++source) {
        FaultCounts counts;
        for (DataFault& fault : m_data.sources[source]->faults()) {
            const std::pair key{fault.file, fault.reason};
            if (++counts[key] > m_knownFaults[source][key])
                found.push_back(std::move(fault));
        }
        m_knownFaults[source] = std::move(counts);
    }
    m_faults.insert(m_faults.end(), found.begin(), found.end());
    return found;
}

Status TrainingSession::noteFaults()
{
    std::vector<std::string> warnings;
    for (const DataFault& fault : newFaults())
        warnings.push_back(fault.file + ": " + fault.reason + "; left out");
    return warn(warnings);
}

Status TrainingSession::warn(const std::vector<std::string>& warnings)
{
    for (std::size_t at = 0; at < std::min(warnings.size(), kMostLogged); ++at)
        log::warning(warnings[at]);
    if (warnings.size() > kMostLogged)
        log::warning(std::to_string(warnings.size() - kMostLogged) +
                     " further warnings stand among the events of the run");
    const std::size_t written = std::min(warnings.size(), kMostEvents);
    for (std::size_t at = 0; at < written; ++at)
        if (auto added = m_run->addEvent("warning", warnings[at]); !added)
            return added;
    if (warnings.size() > written)
        return m_run->addEvent("warning", std::to_string(warnings.size() - written) + " further warnings");
    return {};
}

Error TrainingSession::notFinite(const Batch& batch, double loss)
{
    TensorFile content;
    content.tensors.emplace(
        "images", StoredTensor::copyOf(DType::F32, {batch.count, batch.channels, batch.height, batch.width},
                                       batch.images.data()));
    if (!batch.labels.empty())
        content.tensors.emplace(
            "labels",
            StoredTensor::copyOf(DType::U8, {batch.count, batch.height, batch.width}, batch.labels.data()));
    const std::vector<std::int64_t> indices(batch.indices.begin(), batch.indices.end());
    content.tensors.emplace("indices", StoredTensor::copyOf(DType::I64, {batch.count}, indices.data()));
    if (!batch.imageClasses.empty())
        content.tensors.emplace("image_classes",
                                StoredTensor::copyOf(DType::I64, {batch.count}, batch.imageClasses.data()));
    std::string ids;
    for (const std::size_t index : batch.indices)
        ids += (ids.empty() ? "" : ", ") + m_data.train->sampleInfo(index).id;
    content.metadata = {
        {"loss", std::to_string(loss)},           {"gradient_norm", std::to_string(m_gradientNorm)},
        {"step", std::to_string(m_state.step)},   {"epoch", std::to_string(m_state.epoch)},
        {"batch", std::to_string(m_state.batch)}, {"samples", ids}};
    const fs::path file = m_run->folder() / "nan_batch.safetensors";
    const bool saved = writeSafetensors(file, content, Overwrite::Yes).has_value();
    const std::string what = std::isfinite(loss) ? "the gradient is not finite" : "the loss is not finite";
    return {ErrorCode::OutOfRange, m_run->folder().string(),
            what + " at step " + std::to_string(m_state.step) +
                "; a lower learning rate or clip_norm may help" +
                (saved ? "; the batch is in nan_batch.safetensors" : "")};
}

void TrainingSession::report(const char* phase, int done, int total, double loss)
{
    const double now = m_clock.nowMs();
    const bool isEdge = done <= 1 || done >= total;
    if (!m_hooks.progress || (now - m_lastReportMs < kReportPeriodMs && !isEdge))
        return;
    m_lastReportMs = now;
    m_hooks.progress(
        {m_state.epoch, m_config.epochs, done, total, loss, m_imagesPerSecond, phase, 0.0, false});
}

} // namespace fedefm
