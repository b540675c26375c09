// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/demo_session.h"

#include "app/cli/child_process.h"
#include "app/cli/progress_line.h"
#include "core/base/log.h"
#include "core/plugin/programs.h"

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr const char* kRunName = "demo";
constexpr const char* kPlanName = "plan.json";
constexpr std::uint64_t kSceneSeeds = 1000; ///< kept for each demo, so that no two see the same scene
constexpr std::uint64_t kFirstTestScene = 500;
constexpr std::size_t kMaxSplitBytes = std::size_t(1) << 20;

/// Small enough for a demo: a few seconds on one core.
constexpr const char* kPlan = R"({
  "version": 1,
  "training": {
    "task": "classification",
    "model": {"network": "timm_vit",
              "hyper_parameters": {"img_size": 32, "patch_size": 8, "in_chans": 1, "num_classes": 4,
                                   "embed_dim": 32, "depth": 2, "num_heads": 4}},
    "input": {"channels": 1, "size_px": 32, "multiple": 8, "stretch": true},
    "augmentation": {"flip_probability": 0, "rotation_deg": 0, "scale_range": 0.1, "shear_deg": 0,
                     "gamma_range": 0, "contrast_range": 0, "brightness_range": 0, "noise_sigma": 0,
                     "blur_sigma_px": 0, "collimator_probability": 0, "cut_out_probability": 0},
    "optimizer": {"kind": "adamw", "learning_rate": 0.003},
    "schedule": {"kind": "cosine", "warm_up_steps": 10, "final_factor": 0.05},
    "batch_size": 16,
    "threads": 1
  },
  "data": {"silo_count": 4, "partition": {"scheme": "overlap", "unseen_share": 0.5}},
  "topology": {"name": "ring", "both_ways": true},
  "strategy": {"name": "fedefm", "local_steps": 5, "overseas_steps": 5, "hops": 3},
  "rounds": 10
})";

nlohmann::json picturesOf(int scenes, std::uint64_t seed)
{
    return {{"form", "simulated"},      {"presets", {"human", "animal", "phantom", "simulation"}},
            {"scenes", scenes},         {"frames_per_scene", 1},
            {"machines_per_source", 1}, {"smallest_size_px", 64},
            {"largest_size_px", 64},    {"seed", seed}};
}

nlohmann::json planFor(std::uint64_t seed)
{
    constexpr int kTrainScenes = 240;
    constexpr int kTestScenes = 80;
    constexpr std::uint64_t kMostDemos = 1000000;
    const std::uint64_t firstScene = seed % kMostDemos * kSceneSeeds;
    nlohmann::json plan = nlohmann::json::parse(kPlan);
    plan["name"] = kRunName;
    plan["seed"] = seed;
    plan["data"]["pool"] = {{"train", picturesOf(kTrainScenes, firstScene)},
                            {"test", picturesOf(kTestScenes, firstScene + kFirstTestScene)}};
    return plan;
}

/// Shows how far the session has come, once its run folder is there.
class SessionWatch
{
public:
    SessionWatch(fs::path folder, int rounds, const std::set<std::string>& before, bool quiet)
        : m_folder(std::move(folder)), m_rounds(rounds), m_before(before), m_line("federated session", quiet)
    {
    }

    void look()
    {
        constexpr double kEveryMs = 500.0;
        if (m_clock.nowMs() - m_lastMs < kEveryMs)
            return;
        m_lastMs = m_clock.nowMs();
        if (!m_reader)
            open();
        if (m_reader)
            m_line.update(static_cast<int>(m_reader->epochs().size()), m_rounds);
    }

    void finish() { m_line.update(m_rounds, m_rounds); }

private:
    void open()
    {
        for (const RunSummary& run : listRuns(m_folder))
            if (m_before.count(run.id) == 0)
                if (auto reader = RunReader::open(run.folder))
                    m_reader = std::move(*reader);
    }

    fs::path m_folder;
    int m_rounds;
    std::set<std::string> m_before;
    ProgressLine m_line;
    SteadyClock m_clock;
    double m_lastMs = -1e9;
    std::unique_ptr<RunReader> m_reader;
};

std::set<std::string> runsIn(const fs::path& folder)
{
    std::set<std::string> ids;
    for (const RunSummary& run : listRuns(folder))
        ids.insert(run.id);
    return ids;
}

/// The run folder.
Result<fs::path> federate(const fs::path& program, const fs::path& folder, const nlohmann::json& plan,
                          Context& context)
{
    SessionWatch watch(folder, plan["rounds"].get<int>(), runsIn(folder), context.general.quiet);
    const auto text = outputOf(
        program, {"federate", (folder / kPlanName).string(), "--runs", folder.string(), "--json", "--quiet"},
        {}, [&] {
            watch.look();
            return !context.cancel.isCancelled();
        });
    if (context.cancel.isCancelled())
        return fail(ErrorCode::Cancelled, folder.string());
    if (!text)
        return fail(text.error().code, folder.string(), "the federated session did not end well");
    const nlohmann::json answer = nlohmann::json::parse(*text, nullptr, false);
    if (!answer.is_object() || !answer.contains("run") || !answer["run"].is_string())
        return fail(ErrorCode::Internal, folder.string(), "the federated session gave no result");
    watch.finish();
    return fs::path(answer["run"].get<std::string>());
}

Status readSplit(DemoSession& session)
{
    const fs::path file = session.run / "split.json";
    const auto text = readFile(file, kMaxSplitBytes);
    if (!text)
        return tl::unexpected(text.error());
    try {
        const nlohmann::json report = nlohmann::json::parse(*text).at("report");
        session.sources = report.at("sources").get<std::vector<std::string>>();
        for (const nlohmann::json& silo : report.at("silos"))
            session.silos.push_back(
                {silo.at("name").get<std::string>(), silo.at("counts").get<std::vector<int>>()});
    } catch (const nlohmann::json::exception& exception) {
        return fail(ErrorCode::FileUnreadable, file.string(), exception.what());
    }
    return {};
}

Status readCurves(DemoSession& session)
{
    const auto reader = RunReader::open(session.run);
    if (!reader)
        return tl::unexpected(reader.error());
    const auto summary = (*reader)->summary();
    const auto accuracy = (*reader)->curve("merged/accuracy");
    const auto bytes = (*reader)->curve("bytes/round");
    const auto cycle = (*reader)->curve("cycle_time_ms/simulated");
    if (!summary)
        return tl::unexpected(summary.error());
    for (const auto* curve : {&accuracy, &bytes, &cycle})
        if (!*curve)
            return tl::unexpected(curve->error());
    session.accuracy = accuracy->points;
    for (const MetricPoint& point : bytes->points)
        session.bytes += point.value;
    if (!cycle->points.empty())
        session.cycleTimeMs = cycle->points.back().value;
    session.rounds = summary->epochsDone;
    session.wallSeconds = summary->wallSeconds;
    return {};
}

} // namespace

fs::path demoSessionFolder(const fs::path& demo)
{
    return demo / "session";
}

SessionCleanup::SessionCleanup(fs::path folder) : m_folder(std::move(folder))
{
    std::error_code ignored;
    m_existed = fs::exists(m_folder, ignored);
    for (const fs::directory_entry& entry : fs::directory_iterator(m_folder, ignored))
        m_before.insert(entry.path());
}

SessionCleanup::~SessionCleanup()
{
    if (m_keep)
        return;
    std::error_code ignored;
    if (!m_existed) {
        fs::remove_all(m_folder, ignored);
        return;
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(m_folder, ignored))
        if (m_before.count(entry.path()) == 0)
            fs::remove_all(entry.path(), ignored);
}

void SessionCleanup::replaceOlderRuns()
{
    std::error_code ignored;
    for (const RunSummary& run : listRuns(m_folder))
        if (run.name == kRunName && run.state != RunState::Running && m_before.count(run.folder) > 0)
            fs::remove_all(run.folder, ignored);
}

Result<std::optional<DemoSession>> runDemoSession(const fs::path& demo, Context& context)
{
    std::error_code ignored;
    const auto program = learningProgram();
    if (!program || !fs::is_regular_file(*program, ignored)) {
        log::warning("no federated session: " +
                     (program ? describe({ErrorCode::ModuleMissing, program->string(), ""})
                              : describe(program.error())));
        return std::nullopt;
    }
    const fs::path folder = demoSessionFolder(demo);
    const nlohmann::json plan = planFor(context.general.seed);
    if (auto made = makeFolder(folder); !made)
        return tl::unexpected(made.error());
    if (auto written = writeFile(folder / kPlanName, plan.dump(2) + "\n", context.general.overwrite());
        !written)
        return tl::unexpected(written.error());
    const auto run = federate(*program, folder, plan, context);
    if (!run)
        return tl::unexpected(run.error());
    DemoSession session;
    session.run = fs::absolute(*run, ignored);
    session.strategy = plan["strategy"]["name"].get<std::string>();
    session.topology = plan["topology"]["name"].get<std::string>();
    if (auto read = readSplit(session); !read)
        return tl::unexpected(read.error());
    if (auto read = readCurves(session); !read)
        return tl::unexpected(read.error());
    return session;
}

} // namespace fedefm::cli
