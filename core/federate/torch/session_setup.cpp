// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/session_private.h"

#include "core/train/torch/checkpoint_state_private.h"
#include "core/train/torch/training_data.h"
#include "core/train/torch/weights_file_private.h"

#include <algorithm>
#include <thread>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kBytesPerMb = std::size_t{1} << 20;

BatchNormPolicy policyOf(const std::string& name)
{
    return name == "local"              ? BatchNormPolicy::KeepLocal
           : name == "local_statistics" ? BatchNormPolicy::KeepStatistics
                                        : BatchNormPolicy::Average;
}

TensorSchema schemaOf(const ModelSchema& tensors)
{
    TensorSchema schema;
    for (const TensorShape& entry : tensors)
        schema.add(entry.name, DType::F32, entry.shape);
    return schema;
}

} // namespace

Result<std::unique_ptr<Session>> Session::create(const SessionPlan& plan, const SessionHooks& hooks,
                                                 const SessionState* resumed)
{
    std::unique_ptr<Session> session(new Session(plan, hooks));
    if (auto ready = session->setUp(resumed); !ready)
        return tl::unexpected(ready.error());
    return session;
}

Status Session::setUp(const SessionState* resumed)
{
    auto strategy = makeStrategy(m_plan.strategy);
    if (!strategy)
        return tl::unexpected(strategy.error());
    m_strategy = std::move(*strategy);
    const auto privacy = parsePrivacy(m_plan.privacy.is_null() ? nlohmann::json::object() : m_plan.privacy);
    if (!privacy)
        return tl::unexpected(privacy.error());
    m_privacy = *privacy;
    if (auto fits = checkPrivacy(); !fits)
        return fits;
    if (auto opened = openDeviceAndThreads(resumed); !opened)
        return opened;
    if (auto opened = openData(); !opened)
        return opened;
    if (auto made = makeNetwork(!resumed || resumed->statesFolder.empty()); !made)
        return made;
    if (auto fits = checkPrivateNetwork(); !fits)
        return fits;
    if (auto made = makeLearner(); !made)
        return made;
    if (auto fits = checkFits(); !fits)
        return fits;
    if (m_plan.leastSilos > static_cast<int>(m_data.silos.size()))
        return fail(ErrorCode::InvalidArgument, "least_silos",
                    "more than the session's " + std::to_string(m_data.silos.size()) + " silos");
    m_state.members.assign(m_data.silos.size(), true);
    m_state.threads = m_threads;
    return {};
}

/// Mistakes that would cost every silo its first round.
Status Session::checkFits()
{
    if (auto fits = m_strategy->checkMembers(m_links, static_cast<int>(m_data.silos.size())); !fits)
        return fits;
    const auto& training = m_learner->settings().training;
    const auto object = [](const nlohmann::json& given) {
        return given.is_null() ? nlohmann::json::object() : given;
    };
    const auto input = parseInputSettings(object(training.input));
    const auto augmentation = parseAugmentation(object(training.augmentation));
    if (!input || !augmentation)
        return tl::unexpected(!input ? input.error() : augmentation.error());
    auto fits = checkNetworkFits(*m_scratch, *m_data.silos.front().train, *input, augmentation->cropPx,
                                 m_task.classes, m_task.isClassification, m_device);
    return fits ? fits : fail(fits.error().code, "training." + fits.error().subject, fits.error().detail);
}

/// Combinations whose promise would not hold.
Status Session::checkPrivacy() const
{
    const bool usesPublic = m_strategy->usesPublicData();
    if (m_privacy.unit == PrivacyUnit::Record && (usesPublic || m_strategy->comparesModels()))
        return fail(ErrorCode::InvalidArgument, "privacy.unit",
                    "record goes only with strategies whose loss has a part for each picture: none that "
                    "compares models; for fedefm set strategy.home_steps to 0 and strategy.fuse_weights to "
                    "uniform");
    if (m_privacy.unit == PrivacyUnit::Record && m_strategy->usesClassShares())
        return fail(ErrorCode::InvalidArgument, "privacy.unit",
                    "record does not go with strategy.logit_adjustment: the shares of the classes put all "
                    "pictures into the gradient of each");
    if (m_privacy.unit == PrivacyUnit::Silo && m_strategy->keepsUnreleased())
        return fail(ErrorCode::InvalidArgument, "privacy.unit",
                    "silo goes only with strategies that give away in every round what they have learnt: not "
                    "local and cll; for fedefm set strategy.gossip to 1, or strategy.home_steps to 0 and "
                    "strategy.fuse_weights to uniform");
    if (m_privacy.unit == PrivacyUnit::Silo && (usesPublic || m_strategy->usesControl()))
        return fail(ErrorCode::InvalidArgument, "privacy.unit",
                    "silo protects weights only; this strategy gives away more than those");
    return {};
}

/// Values of a network that a promise would not cover.
Status Session::checkPrivateNetwork() const
{
    const std::vector<TensorRole> roles = tensorRoles(m_all);
    const auto statistic = std::find(roles.begin(), roles.end(), TensorRole::BatchNormStatistic);
    if (m_privacy.unit == PrivacyUnit::Record && statistic != roles.end())
        return fail(ErrorCode::InvalidArgument, "privacy.unit",
                    "record protects gradients, but the running values of BatchNorm (" +
                        m_all[static_cast<std::size_t>(statistic - roles.begin())].name +
                        ") hold every picture as it is; choose a network without BatchNorm");
    if (m_privacy.unit == PrivacyUnit::Silo && m_shared.size() < m_all.size())
        return fail(ErrorCode::InvalidArgument, "privacy.unit",
                    "silo protects what is sent; the layers that batch_norm " + m_plan.batchNorm +
                        " keeps at home would be in the merged model without noise");
    return {};
}

Status Session::openDeviceAndThreads(const SessionState* resumed)
{
    const TrainConfig& training = m_plan.training;
    const auto device = openDevice(training.device);
    if (!device)
        return tl::unexpected(device.error());
    m_device = *device;
    const auto useBfloat16 = usesBfloat16(training.precision, m_device);
    if (!useBfloat16)
        return fail(useBfloat16.error().code, "training.precision", useBfloat16.error().detail);
    m_useBfloat16 = *useBfloat16;
    if (training.precision == "auto")
        m_notes.push_back(std::string("computes in ") + (m_useBfloat16 ? "bfloat16" : "float32"));
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    m_threads = training.threads > 0 ? training.threads : resumed ? resumed->threads : cores;
    at::set_num_threads(m_threads);
    return {};
}

Status Session::openData()
{
    nlohmann::json topology = m_plan.topology;
    if (!m_strategy->topology().empty())
        topology["name"] = m_strategy->topology();
    const fs::path folder = m_plan.data.value("folder", std::string());
    const std::uint64_t seed = m_plan.training.seed;
    auto data = openSessionData(m_plan.data, m_hooks.openData, seed, [&](int siloCount) {
        return SessionLinks::create(topology, siloCount, seed, folder);
    });
    if (data && m_strategy->isCentralised()) {
        auto pooled = data->pooled();
        if (pooled) {
            auto links = SessionLinks::create({{"name", "ring"}}, 1, seed, folder);
            if (!links)
                return tl::unexpected(links.error());
            pooled->links = std::move(*links);
        }
        data = std::move(pooled);
    }
    if (!data)
        return tl::unexpected(data.error());
    m_data = std::move(*data);
    m_links = m_data.links;
    for (const SiloData& silo : m_data.silos)
        m_names.push_back(silo.name);
    m_notes.insert(m_notes.end(), m_data.warnings.begin(), m_data.warnings.end());
    if (m_strategy->usesPublicData() && !m_data.common)
        return fail(ErrorCode::InvalidArgument, "data.public", "this strategy needs public pictures");
    const Dataset& first = *m_data.silos.front().train;
    m_task.isClassification = m_plan.training.task == "classification";
    m_classNames = m_task.isClassification ? first.imageClassNames() : first.classNames();
    m_task.classes = m_task.isClassification ? static_cast<int>(m_classNames.size()) : first.classCount();
    if (m_task.classes < 2)
        return fail(ErrorCode::InvalidArgument, "data",
                    m_task.isClassification ? "its pictures have no classes" : "its pictures have no masks");
    for (const SiloData& silo : m_data.silos)
        if ((m_task.isClassification ? silo.train->imageClassNames() : silo.train->classNames()) !=
            m_classNames)
            return fail(ErrorCode::InvalidArgument, "data", silo.name + " has other classes than the first");
    if (m_task.isClassification && m_data.test)
        if (auto same = compareClasses("test", m_data.test->imageClassNames(), m_classNames, m_notes); !same)
            return same;
    m_task.loss = m_plan.training.loss;
    return {};
}

Status Session::makeNetwork(bool readsInit)
{
    const auto spec = parseNetworkSpec(m_plan.training.model);
    if (!spec)
        return tl::unexpected(spec.error());
    torch::manual_seed(m_plan.training.seed);
    auto network = fedefm::makeNetwork(*spec);
    if (!network)
        return tl::unexpected(network.error());
    m_scratch = std::move(*network);
    if (readsInit) {
        auto notes = initialise(*m_scratch, m_plan.training);
        if (!notes)
            return tl::unexpected(notes.error());
        m_notes.insert(m_notes.end(), notes->begin(), notes->end());
    }
    m_random = randomState(torch::kCPU);
    m_scratch->to(m_device);
    useChannelsLast(*m_scratch);
    m_all = floatSchema(*m_scratch);
    m_shared = sharedSchema(*m_scratch, policyOf(m_plan.batchNorm));
    m_task.classWeights = classWeightsOf(m_plan.training.loss, m_device);
    if (m_task.classWeights.defined() && m_task.classWeights.size(0) != m_task.classes)
        return fail(ErrorCode::InvalidArgument, "training.loss.class_weights",
                    std::to_string(m_task.classes) + " values are expected, one for each class");
    return {};
}

Status Session::makeLearner()
{
    Learner::Settings settings;
    settings.training = m_plan.training;
    settings.task = m_task;
    settings.device = m_device;
    settings.useBfloat16 = m_useBfloat16;
    settings.totalSteps = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(m_plan.rounds) * m_strategy->stepsPerRound() + m_plan.warmUpSteps);
    settings.privacy = m_privacy;
    settings.clock = &m_clock;
    settings.cancel = m_hooks.cancel;
    auto learner = Learner::create(std::move(settings), m_data);
    if (!learner)
        return tl::unexpected(learner.error());
    m_learner = std::move(*learner);
    const auto batch = static_cast<std::size_t>(m_plan.training.batchSize);
    const int visit = m_strategy->visitSteps();
    if (visit > 0 && m_data.silos.size() > 1)
        for (const SiloData& silo : m_data.silos) {
            auto checked =
                checkVisit(m_privacy.visitFloor, batch, static_cast<std::size_t>(visit), silo.train->size());
            if (!checked && m_plan.privacy.is_object() && !m_plan.privacy.empty())
                return checked;
            if (!checked) {
                m_notes.push_back("visits are short enough to give pictures away: " + checked.error().detail);
                break;
            }
        }
    auto evaluator = SessionEvaluator::create(m_learner->settings(), m_data.test);
    if (!evaluator)
        return tl::unexpected(evaluator.error());
    m_evaluator = std::move(*evaluator);
    return {};
}

Status Session::makeSchemas()
{
    SchemaByKind schemas;
    schemas[ObjectKind::Weights] = schemaOf(m_shared);
    schemas[ObjectKind::Visitor] = schemas[ObjectKind::Weights];
    if (m_strategy->usesControl()) {
        TensorSchema control;
        const auto parameters = m_scratch->named_parameters();
        for (const TensorShape& entry : m_shared) {
            const torch::Tensor* parameter = parameters.find(entry.name);
            if (parameter && parameter->requires_grad())
                control.add(entry.name, DType::F32, entry.shape);
        }
        schemas[ObjectKind::Control] = control;
    }
    if (m_strategy->usesPublicData()) {
        const auto batches = m_learner->publicBatches();
        if (!batches)
            return tl::unexpected(batches.error());
        const torch::NoGradGuard noGrad;
        m_scratch->eval();
        std::vector<std::int64_t> shape =
            m_learner->answer(*m_scratch, imagesOf(batches->front(), m_device), false).first.sizes().vec();
        shape[0] = 0;
        for (const auto& batch : *batches)
            shape[0] += batch->count;
        TensorSchema answers;
        answers.add("answers", DType::F32, shape);
        schemas[ObjectKind::Answers] = answers;
    }
    m_hub->setSchemas(std::move(schemas));
    return {};
}

/// What needs to know where the run folder is.
Status Session::openFolder()
{
    const fs::path work = m_run->folder() / "work";
    std::error_code ignored;
    fs::remove_all(work, ignored); // of a process that was killed
    const std::size_t memory = static_cast<std::size_t>(m_plan.memoryMb) * kBytesPerMb;
    LocalHub::Settings hub;
    hub.siloCount = static_cast<int>(m_data.silos.size());
    hub.memoryBytes = memory / 4;
    hub.spillFolder = work;
    m_hub = std::make_unique<LocalHub>(hub);
    if (auto made = makeSchemas(); !made)
        return made;
    SiloPool::Settings settings;
    settings.siloCount = hub.siloCount;
    settings.memoryBytes = memory - memory / 4;
    settings.workFolder = work;
    settings.seed = m_plan.training.seed;
    settings.optimizer = m_plan.training.optimizer;
    settings.makeNetwork = [this]() -> Result<NetworkPtr> {
        const auto spec = parseNetworkSpec(m_plan.training.model);
        if (!spec)
            return tl::unexpected(spec.error());
        auto network = fedefm::makeNetwork(*spec);
        if (network) {
            (*network)->to(m_device);
            useChannelsLast(**network);
        }
        return network;
    };
    auto pool = SiloPool::create(std::move(settings), *m_scratch, m_random);
    if (!pool)
        return tl::unexpected(pool.error());
    m_pool = std::move(*pool);
    return {};
}

Status Session::begin(const fs::path& runs)
{
    RunWriter::Start start;
    start.name = m_plan.training.name;
    start.kind = "federate";
    start.seed = m_plan.training.seed;
    start.epochsPlanned = m_plan.rounds;
    start.architecture = m_plan.training.model.value("network", "");
    start.device = m_plan.training.device;
    start.threads = m_threads;
    start.config = toJson(m_plan);
    start.split = m_data.partition;
    auto run = RunWriter::create(runs, start);
    if (!run)
        return tl::unexpected(run.error());
    m_run = std::move(*run);
    for (const std::string& note : m_notes)
        if (auto noted = m_run->addEvent("info", note); !noted)
            return noted;
    if (auto opened = openFolder(); !opened)
        return opened;
    // A session that is killed before its first round is closed can be resumed, too. The silos' states at the
    // beginning follow from the plan.
    return writeState();
}

} // namespace fedefm
