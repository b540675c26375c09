// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/torch/losses_private.h"
#include "core/train/torch/training_session_private.h"

#include <algorithm>
#include <thread>

namespace fedefm {

namespace {

int coreCount()
{
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

nlohmann::json orEmpty(const nlohmann::json& object)
{
    return object.is_null() ? nlohmann::json::object() : object;
}

int cropOf(const TrainConfig& config)
{
    const auto augmentation = parseAugmentation(orEmpty(config.augmentation));
    return augmentation ? augmentation->cropPx : 0;
}

/// Reading and augmenting beside the training: the cores that an accelerator leaves idle, else one thread,
/// which takes from the training only what it needs.
int loaderThreads(const torch::Device& device)
{
    return device.is_cuda() ? std::clamp(coreCount() - 2, 1, 16) : 1;
}

} // namespace

TrainingSession::TrainingSession(const TrainConfig& config, const TrainingHooks& hooks)
    : m_config(config), m_hooks(hooks)
{
}

Result<std::unique_ptr<TrainingSession>> TrainingSession::create(const TrainConfig& config,
                                                                 const TrainingHooks& hooks,
                                                                 const LoopState* resumed,
                                                                 const nlohmann::json& recorded)
{
    std::unique_ptr<TrainingSession> session(new TrainingSession(config, hooks));
    if (auto ready = session->setUp(resumed, recorded); !ready)
        return tl::unexpected(ready.error());
    return session;
}

Status TrainingSession::setUp(const LoopState* resumed, const nlohmann::json& recorded)
{
    if (auto opened = openDeviceAndThreads(resumed); !opened)
        return opened;
    if (auto opened = openData(recorded); !opened)
        return opened;
    if (auto made = makeLoader(); !made)
        return made;
    if (auto made = makeNetworkAndOptimizer(!resumed); !made)
        return made;
    if (auto fits = checkNetworkFits(*m_network, *m_data.train, m_evaluation.input, cropOf(m_config),
                                     m_classes, m_isClassification, m_device);
        !fits)
        return fits;
    newFaults(); // those known by now are among the warnings of the data
    m_classWeights = classWeightsOf(m_config.loss, m_device);
    if (m_classWeights.defined() && m_classWeights.size(0) != m_classes)
        return fail(ErrorCode::InvalidArgument, "loss.class_weights",
                    std::to_string(m_classes) + " values are expected, one for each class");
    m_state.threads = m_threads;
    return {};
}

Status TrainingSession::openDeviceAndThreads(const LoopState* resumed)
{
    const auto device = openDevice(m_config.device);
    if (!device)
        return tl::unexpected(device.error());
    m_device = *device;
    const auto useBfloat16 = usesBfloat16(m_config.precision, m_device);
    if (!useBfloat16)
        return tl::unexpected(useBfloat16.error());
    m_useBfloat16 = *useBfloat16;
    if (m_config.precision == "auto")
        m_notes.push_back(std::string("computes in ") + (m_useBfloat16 ? "bfloat16" : "float32"));
    m_threads = m_config.threads > 0 ? m_config.threads : resumed ? resumed->threads : coreCount();
    at::set_num_threads(m_threads);
    if (m_device.is_cuda()) {
        at::globalContext().setAllowTF32CuBLAS(true);
        at::globalContext().setAllowTF32CuDNN(true);
    }
    return {};
}

Status TrainingSession::openData(const nlohmann::json& recorded)
{
    if (auto opened = openParts(nullptr); !opened)
        return opened;
    // A run that goes on has the parts that it began with, whatever has come to the data since.
    if (recorded.is_object() && recorded != m_data.split)
        if (auto opened = openParts(recorded); !opened)
            return opened;
    if (auto same = checkRecordedCounts(m_data, recorded); !same)
        return same;
    m_notes.insert(m_notes.end(), m_data.notes.begin(), m_data.notes.end());
    return {};
}

Status TrainingSession::openParts(const nlohmann::json& recorded)
{
    m_isClassification = m_config.task == "classification";
    auto data = openTrainingData(m_config.data, m_hooks.openData, m_config.seed, recorded);
    if (!data)
        return tl::unexpected(data.error());
    m_data = std::move(*data);
    m_classNames = m_isClassification ? m_data.train->imageClassNames() : m_data.train->classNames();
    m_classes = m_isClassification ? static_cast<int>(m_classNames.size()) : m_data.train->classCount();
    const bool hasFlags = m_isClassification && m_data.train->isMultiLabel();
    if (m_classes < (hasFlags ? 1 : 2))
        return fail(ErrorCode::InvalidArgument, "data",
                    m_isClassification ? "its pictures have no classes" : "its pictures have no masks");
    for (const auto& [name, part] :
         {std::pair("data.validation", m_data.validation), std::pair("data.test", m_data.test)}) {
        if (!part)
            continue;
        const int count =
            m_isClassification ? static_cast<int>(part->imageClassNames().size()) : part->classCount();
        if (count > m_classes)
            return fail(ErrorCode::InvalidArgument, name,
                        "it has " + std::to_string(count) + " classes, the pictures for training " +
                            std::to_string(m_classes));
    }
    return m_isClassification ? keepClassified(m_data) : Status();
}

Status TrainingSession::makeNetworkAndOptimizer(bool readsInit)
{
    const auto spec = parseNetworkSpec(m_config.model);
    if (!spec)
        return tl::unexpected(spec.error());
    torch::manual_seed(m_config.seed);
    auto network = makeNetwork(*spec);
    if (!network)
        return tl::unexpected(network.error());
    m_network = std::move(*network);
    if (readsInit) {
        auto notes = initialise(*m_network, m_config);
        if (!notes)
            return tl::unexpected(notes.error());
        m_notes.insert(m_notes.end(), notes->begin(), notes->end());
    }
    m_network->to(m_device);
    useChannelsLast(*m_network);
    std::vector<std::pair<std::string, torch::Tensor>> parameters;
    for (const auto& item : m_network->named_parameters())
        parameters.emplace_back(item.key(), item.value());
    m_optimizer = std::make_unique<Optimizer>(std::move(parameters), m_config.optimizer);
    if (m_config.emaDecay > 0.0)
        m_average = std::make_unique<WeightAverage>(*m_network, m_config.emaDecay);
    return {};
}

Status TrainingSession::makeLoader()
{
    const auto input = parseInputSettings(orEmpty(m_config.input));
    if (!input)
        return tl::unexpected(input.error());
    const auto augmentation = parseAugmentation(orEmpty(m_config.augmentation));
    if (!augmentation)
        return tl::unexpected(augmentation.error());
    LoaderSettings settings;
    const int samples = static_cast<int>(std::min<std::size_t>(m_data.train->size(), 1U << 30U));
    const int perEpoch = m_config.samplesPerEpoch > 0 ? m_config.samplesPerEpoch : samples;
    settings.batchSize = std::min(m_config.batchSize, perEpoch);
    settings.threads = loaderThreads(m_device);
    settings.prefetch = std::max(4, settings.threads);
    settings.samplesPerEpoch = m_config.samplesPerEpoch;
    settings.seed = m_config.seed;
    settings.augmentation = *augmentation;
    settings.input = *input;
    m_loader = std::make_unique<BatchLoader>(m_data.train, settings);

    m_evaluation.isClassification = m_isClassification;
    m_evaluation.metrics = m_config.metrics;
    m_evaluation.loss = m_config.loss;
    m_evaluation.input = *input;
    m_evaluation.limit = m_config.validationLimit;
    if (m_classNames.size() == static_cast<std::size_t>(m_classes))
        m_evaluation.classNames = m_classNames;
    m_evaluation.useBfloat16 = m_useBfloat16;
    // Known before the first epoch, not after it.
    return m_data.validation ? checkMetricName(m_config.selectBy, *m_data.validation, m_evaluation)
                             : Status();
}

Status TrainingSession::begin(const std::filesystem::path& runs)
{
    RunWriter::Start start;
    start.name = m_config.name;
    start.kind = m_config.init.empty() ? "train" : "finetune";
    start.seed = m_config.seed;
    start.epochsPlanned = m_config.epochs;
    start.architecture = m_config.model.value("network", "");
    start.device = m_config.device;
    start.threads = m_threads;
    start.config = toJson(m_config);
    start.split = m_data.split;
    auto run = RunWriter::create(runs, start);
    if (!run)
        return tl::unexpected(run.error());
    m_run = std::move(*run);
    if (auto noted = addNotes(); !noted)
        return noted;
    return warn(m_data.warnings);
}

Status TrainingSession::addNotes()
{
    for (const std::string& note : m_notes)
        if (auto noted = m_run->addEvent("info", note); !noted)
            return noted;
    return {};
}

Status TrainingSession::restore(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "checkpoint.safetensors";
    auto state = loadCheckpoint(file, parts());
    if (!state)
        return tl::unexpected(state.error());
    auto run = RunWriter::resume(folder, state->step);
    if (!run)
        return tl::unexpected(run.error());
    m_run = std::move(*run);
    m_state = std::move(*state);
    if (m_state.threads != m_threads) {
        const std::string note = "goes on with " + std::to_string(m_threads) + " threads instead of " +
                                 std::to_string(m_state.threads) + ": sums may differ in the last digit";
        if (auto noted = m_run->addEvent("warning", note); !noted)
            return noted;
        m_state.threads = m_threads;
    }
    if (auto noted = addNotes(); !noted)
        return noted;
    return m_run->setState(RunState::Running);
}

} // namespace fedefm
