// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/session_evaluator_private.h"
#include "core/federate/torch/silo_pool_private.h"
#include "core/federate/torch/strategy_private.h"
#include "core/train/run_store.h"

namespace fedefm {

/// Where a session stands between two rounds; with the silos' states it decides all that follows.
struct SessionState
{
    int round = 0; ///< the next one
    int epoch = 0; ///< of the membership
    std::vector<bool> members;
    int threads = 0;
    int bestRound = -1;
    double bestValue = 0.0;
    nlohmann::json bestMetrics;
    std::string statesFolder; ///< relative to the run folder; empty: as at the beginning
    /// ϑ of the silos in the last closed round; empty: none is closed.
    std::vector<bool> finished;
    nlohmann::json lastMerged, lastOwn; ///< the last metrics of the merged model, of the silos' own

    nlohmann::json toJson() const;
    static Result<SessionState> read(const std::filesystem::path& file);
    /// Behind the last checkpoint, or behind the one of `behindRound`. Errors: InvalidArgument where there is
    /// none; those of read().
    static Result<SessionState> toResume(const std::filesystem::path& runFolder,
                                         std::optional<int> behindRound);
};

/// A session in this process. Its parts: session_setup.cpp (building), session_rounds.cpp (the loop),
/// session_work.cpp (one silo in one phase, faults), session_close.cpp (merging, measuring),
/// session_states.cpp (checkpoints and the way back to them), session_records.cpp (what is written down).
class Session
{
public:
    static Result<std::unique_ptr<Session>> create(const SessionPlan& plan, const SessionHooks& hooks,
                                                   const SessionState* resumed = nullptr);
    Status begin(const std::filesystem::path& runs);
    Status restore(const std::filesystem::path& folder, SessionState state);
    Result<SessionResult> run();

private:
    Session(const SessionPlan& plan, const SessionHooks& hooks) : m_plan(plan), m_hooks(hooks) {}

    Status setUp(const SessionState* resumed);
    Status restoreStates(SessionState state);
    Status checkFits();
    Status checkPrivacy() const;
    Status checkPrivateNetwork() const;
    Status openDeviceAndThreads(const SessionState* resumed);
    Status openData();
    Status makeNetwork(bool readsInit);
    Status makeLearner();
    Status makeSchemas();
    Status openFolder();

    Status runToEnd();
    Status runRound();
    Status runPhases(RoundView& view);
    Status endShortRound(int finished);
    Status endSpent();
    Status warmUp(const RoundView& view);
    Status warmUp(int silo);
    Status runPhase(RoundView& view, int phase, const std::string& name);
    Status workOn(const RoundView& view, int phase, const std::string& name, int silo);
    Status workGuarded(const RoundView& view, int phase, int silo, SiloPort& port);
    Result<SiloPort> portOf(int silo, int phase);
    Status conclude(int silo, const Status& worked);
    Status settle(int silo, const Status& worked, Fault training);
    void rememberStart(Silo& at);
    Status forgetUnreleased(int silo);
    bool endsSession(const Error& error) const;
    Fault faultAt(int phase, int silo, FaultStage stage) const;
    Status strikeWhileWaiting(int phase, int silo, bool& isOut);
    RoundView viewOf(int round) const;
    Status obeyCommands();
    Status obeyMembership(const std::string& command);
    Status beginMembershipEpoch();
    Status useMembers();

    Status closeRound();
    Result<TensorFile> weightsOf(int silo) const;
    Status mergeAll();
    Status measure(nlohmann::json& merged, nlohmann::json& own);
    Status measureSilos(nlohmann::json& own);
    Status measureLast();
    Status noteBest(const nlohmann::json& metrics);
    Status saveMerged(const char* name, const nlohmann::json& metrics);
    Status checkpoint();
    Status writeState() const;
    void dropEarlierCheckpoints() const;
    Result<SessionResult> finish();
    Result<SessionResult> endWith(Error error);

    Status writeRound(const nlohmann::json& merged, const nlohmann::json& own);
    static std::vector<std::pair<std::string, double>> measuredValues(const nlohmann::json& merged,
                                                                      const nlohmann::json& own);
    void addEpsilons(std::vector<std::pair<std::string, double>>& values) const;
    std::optional<double> epsilonOf(int silo) const;
    nlohmann::json epsilons() const;
    void writeLive(const std::string& phase, int silo);
    void report(const std::string& phase, int silo, const nlohmann::json& merged = nullptr);
    Result<AuditLog*> auditOf(int silo);
    Status logMerged(int silo, const TensorFile& weights);

    SessionPlan m_plan;
    SessionHooks m_hooks;
    SteadyClock m_clock;
    StrategyPtr m_strategy;
    SessionData m_data;
    SessionLinks m_links; ///< among the members of the epoch
    PrivacySettings m_privacy;
    torch::Device m_device = torch::kCPU;
    bool m_useBfloat16 = false;
    int m_threads = 1;
    TaskSettings m_task;
    std::vector<std::string> m_classNames;
    NetworkPtr m_scratch;
    torch::Tensor m_random;
    ModelSchema m_shared;
    ModelSchema m_all; ///< all float tensors
    std::unique_ptr<Learner> m_learner;
    std::unique_ptr<SessionEvaluator> m_evaluator;
    std::unique_ptr<SiloPool> m_pool;
    std::unique_ptr<LocalHub> m_hub;
    std::map<int, AuditLog> m_audits;
    std::vector<std::string> m_names;
    std::vector<std::string> m_notes;
    std::unique_ptr<RunWriter> m_run;
    SessionState m_state;
    std::vector<bool> m_nextMembers; ///< as asked for; from the next round on

    RoundRecord m_record;
    int m_phase = 0; ///< of the running round
    int m_phases = 0;
    std::vector<bool> m_isOut;    ///< of the running round
    std::vector<bool> m_hasBegun; ///< which silos have worked in this round
    std::vector<bool> m_hasStart; ///< likewise: kRoundStart is this round's
    bool m_isWayBack = false;     ///< the next phase begins with the last silo
    bool m_isGoingBack = false;   ///< the phase at work did
    int m_mergedRound = -1;       ///< for which the silos have given their weights to the merged model
    std::optional<Error> m_firstFailure;
    int m_spentSilos = 0;             ///< of the running round: out because of epsilon_limit
    bool m_isSpent = false;           ///< too few silos may give away more: the session is over
    double m_checkpointSeconds = 0.0; ///< of the last checkpoint; stands in the record of the next round
    double m_lastLiveMs = -1e9;
    double m_lastReportMs = -1e9;
};

} // namespace fedefm
