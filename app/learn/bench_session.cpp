// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/bench_session.h"

#include "app/learn/peak_memory.h"
#include "app/learn/python_peer.h"
#include "core/federate/session.h"
#include "core/model/networks/network_spec.h"
#include "core/train/data/dataset.h"
#include "core/train/run_store.h"

#include <array>
#include <cstdlib>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr int kClasses = 6;

/// Noise of six classes, made once and kept in memory, so that reading costs next to nothing.
class NoisePictures final : public Dataset
{
public:
    NoisePictures(int count, int sizePx, std::uint32_t seed) : m_size(sizePx)
    {
        std::uint32_t noise = seed * 2654435761U + 1U;
        const auto pixels = static_cast<std::size_t>(sizePx) * static_cast<std::size_t>(sizePx);
        m_pictures.assign(static_cast<std::size_t>(count), std::vector<float>(pixels));
        for (std::vector<float>& picture : m_pictures)
            for (float& value : picture) {
                noise = noise * 1664525U + 1013904223U;
                value = static_cast<float>(noise >> 24U) / 255.0F;
            }
    }
    std::size_t size() const override { return m_pictures.size(); }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        return {"noise_" + std::to_string(index), "", "noise", static_cast<int>(index % kClasses)};
    }
    Result<Sample> sample(std::size_t index) const override
    {
        Sample sample;
        sample.width = sample.height = m_size;
        sample.image = m_pictures[index];
        sample.imageClass = static_cast<int>(index % kClasses);
        return sample;
    }
    int classCount() const override { return 0; }
    std::vector<std::string> classNames() const override { return {}; }
    std::vector<std::string> imageClassNames() const override { return {"a", "b", "c", "d", "e", "f"}; }

private:
    int m_size;
    std::vector<std::vector<float>> m_pictures;
};

/// The foundation network at a ninth of its size: 5.0 million parameters.
nlohmann::json smallFoundation(int sizePx)
{
    return {{"network", "fedefm_medvit"},
            {"hyper_parameters",
             {{"img_size", sizePx},
              {"hidden_size", 256},
              {"mlp_dim", 512},
              {"num_heads", 8},
              {"num_layers", 7},
              {"resnet_num_layers", {2, 2, 3}},
              {"resnet_width_factor", 0.5},
              {"num_classes", kClasses}}}};
}

nlohmann::json foundation()
{
    return {{"network", "fedefm_medvit"}, {"hyper_parameters", {{"num_classes", kClasses}}}};
}

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string name = (fs::temp_directory_path() / "fedefm-bench-XXXXXX").string();
        if (::mkdtemp(name.data()))
            m_path = name;
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        if (!m_path.empty())
            fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

SessionPlan planOf(const SessionWork& work, int threads)
{
    SessionPlan plan;
    TrainConfig& training = plan.training;
    training.name = work.name;
    training.task = "classification";
    training.selectBy = "accuracy";
    training.threads = threads;
    training.model = work.network;
    training.input = {{"channels", 3}, {"size_px", work.sizePx}, {"multiple", 16}};
    training.batchSize = work.batch;
    training.optimizer.learningRate = 1e-4;
    training.schedule.kind = "constant";
    training.schedule.warmUpSteps = 0;
    plan.strategy = work.strategy;
    plan.topology = {{"name", work.topology}};
    nlohmann::json silos = nlohmann::json::array();
    for (int silo = 0; silo < work.silos; ++silo)
        silos.push_back(
            {{"name", "silo " + std::to_string(silo)}, {"train", {{"form", "noise"}, {"seed", silo}}}});
    plan.data = {{"silos", silos}};
    plan.rounds = work.rounds;
    plan.memoryMb = work.memoryMb;
    plan.checkpointEvery = work.checkpointEvery;
    return plan;
}

/// Times of the rounds; what else is done between them does not count.
class RoundClock
{
public:
    explicit RoundClock(PythonPeer* peer, const char* peerWork) : m_peer(peer), m_peerWork(peerWork) {}

    void operator()(const SessionProgress& progress)
    {
        const double now = m_clock.nowMs();
        if (m_startMs < 0.0)
            m_startMs = now;
        if (progress.phase != "closed")
            return;
        nlohmann::json round = {{"wall", (now - m_startMs) / 1000.0}};
        if (m_peer)
            if (const auto ms = m_peer->runMs(m_peerWork))
                round["peer"] = *ms / 1000.0;
        rounds.push_back(std::move(round));
        m_startMs = m_clock.nowMs();
    }

    nlohmann::json rounds = nlohmann::json::array();

private:
    SteadyClock m_clock;
    double m_startMs = -1.0;
    PythonPeer* m_peer;
    const char* m_peerWork;
};

/// What the session itself has written down about its rounds.
Status addRecords(const fs::path& runFolder, nlohmann::json& rounds)
{
    const auto run = RunReader::open(runFolder);
    if (!run)
        return tl::unexpected(run.error());
    const std::string prefix = "seconds/";
    for (const std::string& name : (*run)->metricNames()) {
        if (name.compare(0, prefix.size(), prefix) != 0)
            continue;
        const auto curve = (*run)->curve(name);
        if (!curve)
            return tl::unexpected(curve.error());
        const std::string what = name.substr(prefix.size());
        const bool isPhase = what != "compute" && what != "emd";
        for (const MetricPoint& point : curve->points) {
            nlohmann::json& round = rounds.at(static_cast<std::size_t>(point.step - 1));
            (isPhase ? round["phases"] : round)[what] = point.value;
        }
    }
    return {};
}

} // namespace

const std::vector<SessionWork>& sessionWorks()
{
    static const nlohmann::json oneStep = {{"name", "fedavg"}, {"local_steps", 1}};
    static const nlohmann::json manySteps = {{"name", "fedavg"}, {"local_steps", 20}};
    static const nlohmann::json fedefm = {
        {"name", "fedefm"}, {"local_steps", 3}, {"overseas_steps", 3}, {"hops", 1}, {"home_steps", 3}};
    static const nlohmann::json fedefmOnce = {
        {"name", "fedefm"}, {"local_steps", 1}, {"overseas_steps", 1}, {"hops", 1}, {"home_steps", 1}};
    static const std::vector<SessionWork> works{
        {"silos_100", "100 silos of 5 M parameters, FedAvg", 100, smallFoundation(64), 64, 2, oneStep, "star",
         2, 2048, 2, nullptr},
        {"silos_11", "11 silos of 44 M parameters, FedEFM on a ring", 11, foundation(), 256, 1, fedefmOnce,
         "ring", 1, 3072, 1, nullptr},
        {"fedavg", "5 silos of 5 M parameters, FedAvg with 20 steps of 8", 5, smallFoundation(64), 64, 8,
         manySteps, "star", 3, 2048, 1, "fedavg_20_steps"},
        {"fedavg_1", "5 silos of 5 M parameters, FedAvg with 1 step of 8", 5, smallFoundation(64), 64, 8,
         oneStep, "star", 8, 2048, 8, "fedavg_1_step"},
        {"fedefm", "5 silos of 5 M parameters, FedEFM with 3 steps of 8 each", 5, smallFoundation(128), 128,
         8, fedefm, "ring", 2, 2048, 1, nullptr},
    };
    return works;
}

Result<nlohmann::json> measureSession(const std::string& name, int threads, const CancelToken& cancel)
{
    for (const SessionWork& work : sessionWorks()) {
        if (name != work.name)
            continue;
        const TemporaryFolder folder;
        if (folder.path().empty())
            return fail(ErrorCode::WriteFailed, fs::temp_directory_path().string(), "no folder can be made");
        std::unique_ptr<PythonPeer> peer;
        if (work.peer)
            if (auto started = PythonPeer::start(threads))
                peer = std::move(*started);
        RoundClock clock(peer.get(), work.peer);
        SessionHooks hooks;
        hooks.openData = [&work](const nlohmann::json& description) -> Result<DatasetPtr> {
            return std::make_shared<NoisePictures>(4 * work.batch, work.sizePx,
                                                   description.value("seed", 0U));
        };
        hooks.cancel = cancel;
        hooks.progress = [&clock](const SessionProgress& progress) { clock(progress); };
        const auto result = federate(planOf(work, threads), hooks, folder.path());
        if (!result)
            return tl::unexpected(result.error());
        const double peakMb = peakMemoryMb();
        if (auto added = addRecords(result->runFolder, clock.rounds); !added)
            return tl::unexpected(added.error());
        return nlohmann::json{
            {"rounds", clock.rounds}, {"peak_mb", peakMb}, {"peer_version", peer ? peer->version() : ""}};
    }
    return fail(ErrorCode::InvalidArgument, name, "no such session");
}

} // namespace fedefm::cli
