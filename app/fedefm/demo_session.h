// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/train/run_store.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fedefm::cli {

/// What the demo's federated session did, read from its run folder.
struct DemoSession
{
    struct Silo
    {
        std::string name;
        std::vector<int> pictures; ///< of each of `sources`
    };
    std::filesystem::path run; ///< absolute
    std::string strategy;
    std::string topology;
    int rounds = 0;
    std::vector<std::string> sources;
    std::vector<Silo> silos;
    std::vector<MetricPoint> accuracy; ///< of the merged model; a point's step is the number of rounds
    double bytes = 0.0;                ///< sent by all silos in all rounds
    double cycleTimeMs = 0.0;
    double wallSeconds = 0.0;
};

/// Where the session's plan and run folder lie below the demo's folder.
std::filesystem::path demoSessionFolder(const std::filesystem::path& demo);

/// Takes away what comes into the session's folder from now on, unless it is told to keep it.
class SessionCleanup
{
public:
    explicit SessionCleanup(std::filesystem::path folder);
    SessionCleanup(const SessionCleanup&) = delete;
    SessionCleanup& operator=(const SessionCleanup&) = delete;
    ~SessionCleanup();

    void keep() { m_keep = true; }
    /// Takes away the runs of earlier demos.
    void replaceOlderRuns();

private:
    std::filesystem::path m_folder;
    std::set<std::filesystem::path> m_before;
    bool m_existed = false;
    bool m_keep = false;
};

/// Runs a small session of four silos with the learning program. Nothing, and a warning, when that is not
/// installed. Errors: Cancelled, those of the files, Internal when the session fails.
Result<std::optional<DemoSession>> runDemoSession(const std::filesystem::path& demo, Context& context);

} // namespace fedefm::cli
