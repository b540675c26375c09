// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/session_private.h"

#include "core/federate/torch/merge_into_private.h"
#include "core/model/checkpoint/mapped_file.h"
#include "core/train/torch/weights_file_private.h"

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr const char* kMergedReceiver = "merged model"; ///< in the silos' logs

} // namespace

Result<TensorFile> Session::weightsOf(int silo) const
{
    auto state = m_pool->stateFile(silo);
    if (!state)
        return state;
    TensorFile weights;
    for (const TensorShape& entry : m_all) {
        const auto found = state->tensors.find("network/" + entry.name);
        if (found == state->tensors.end())
            return fail(ErrorCode::ModelBroken, "silo " + std::to_string(silo), "no " + entry.name);
        weights.tensors.emplace(entry.name, found->second);
    }
    return weights;
}

/// The merged model is given away, so that a silo's part in it leaves the silo; once for each state of it.
Status Session::logMerged(int silo, const TensorFile& weights)
{
    if (m_mergedRound == m_state.round)
        return {};
    const auto audit = auditOf(silo);
    if (!audit)
        return tl::unexpected(audit.error());
    return logRelease(**audit, m_state.round, "r" + std::to_string(m_state.round) + ".merged",
                      AuditKind::Weights, weights, {kMergedReceiver});
}

/// Θ = Σ ϑ_i θ_i / Σ ϑ_i of the last closed round, into the scratch network.
Status Session::mergeAll()
{
    std::vector<WeightedModel> models;
    for (std::size_t silo = 0; silo < m_data.silos.size(); ++silo) {
        if (!m_state.finished.empty() ? !m_state.finished[silo] : !m_state.members[silo])
            continue;
        auto weights = weightsOf(static_cast<int>(silo));
        if (!weights)
            return tl::unexpected(weights.error());
        if (auto logged = logMerged(static_cast<int>(silo), *weights); !logged)
            return logged;
        releaseMappedPages(); // the log has read all of it
        models.push_back({m_names[silo], 1.0, std::move(*weights)});
    }
    m_mergedRound = m_state.round;
    const auto report = mergeInto(*m_scratch, std::move(models), {}, m_hooks.cancel);
    return report ? Status() : tl::unexpected(report.error());
}

Status Session::measureSilos(nlohmann::json& own)
{
    own = nlohmann::json::array();
    for (int silo = 0; silo < static_cast<int>(m_data.silos.size()); ++silo) {
        const auto weights = weightsOf(silo);
        if (!weights)
            return tl::unexpected(weights.error());
        loadShared(*m_scratch, *weights);
        releaseMappedPages();
        auto metrics = m_evaluator->evaluate(*m_scratch);
        if (!metrics)
            return tl::unexpected(metrics.error());
        own.push_back(std::move(*metrics));
    }
    return {};
}

Status Session::measure(nlohmann::json& merged, nlohmann::json& own)
{
    const int done = m_state.round + 1;
    const bool isLast = done == m_plan.rounds;
    const bool isDue = isLast || done % m_plan.evaluateEvery == 0;
    if (!m_evaluator->hasTest() || !isDue)
        return {};
    const double startMs = m_clock.nowMs();
    writeLive("evaluate", -1);
    const int every = m_plan.evaluateSilosEvery;
    if (isLast || (every > 0 && done % every == 0))
        if (auto measured = measureSilos(own); !measured)
            return measured;
    if (auto made = mergeAll(); !made)
        return made;
    auto metrics = m_evaluator->evaluate(*m_scratch);
    if (!metrics)
        return tl::unexpected(metrics.error());
    merged = std::move(*metrics);
    m_record.phaseSeconds["evaluate"] = (m_clock.nowMs() - startMs) / 1000.0;
    return noteBest(merged);
}

Status Session::noteBest(const nlohmann::json& metrics)
{
    for (const auto& [name, value] : flattenMetrics(metrics)) {
        if (name != m_plan.training.selectBy)
            continue;
        if (m_state.bestRound >= 0 && value <= m_state.bestValue)
            return {};
        m_state.bestRound = m_state.round;
        m_state.bestValue = value;
        m_state.bestMetrics = metrics;
        return saveMerged("best", metrics);
    }
    return {};
}

/// The scratch network, which holds the merged model.
Status Session::saveMerged(const char* name, const nlohmann::json& metrics)
{
    std::size_t samples = 0;
    for (const SiloData& silo : m_data.silos)
        samples += silo.train->size();
    std::int64_t parameters = 0;
    for (const torch::Tensor& parameter : m_scratch->parameters())
        parameters += parameter.numel();
    const std::int64_t steps = static_cast<std::int64_t>(m_state.round + 1) * m_strategy->stepsPerRound();
    const WeightsCard card{m_plan.training, m_classNames, parameters, samples, m_state.round, steps, metrics};
    nlohmann::json json = card.toJson();
    json["federation"] = {{"strategy", m_plan.strategy},
                          {"topology", m_data.links.name()},
                          {"silos", m_data.silos.size()},
                          {"rounds", m_state.round + 1}};
    return saveWeights(m_run->folder() / "weights" / (std::string(name) + ".safetensors"), *m_scratch, json);
}

Status Session::closeRound()
{
    nlohmann::json merged, own;
    m_state.finished = m_record.finished;
    if (auto measured = measure(merged, own); !measured)
        return measured;
    if (!merged.is_null())
        m_state.lastMerged = merged;
    if (!own.is_null())
        m_state.lastOwn = own;
    if (auto written = writeRound(merged, own); !written)
        return written;
    ++m_state.round;
    m_hub->door(0).discardBefore(m_state.round, 0);
    if (auto begun = beginMembershipEpoch(); !begun) // before the checkpoint, which keeps it
        return begun;
    // Where budgets may run out in any round, the session ends with the last closed one.
    const bool isDue = m_state.round % m_plan.checkpointEvery == 0 || m_state.round >= m_plan.rounds ||
                       m_privacy.epsilonLimit > 0.0;
    if (isDue)
        if (auto saved = checkpoint(); !saved)
            return saved;
    report("closed", -1, merged);
    return {};
}

/// A session that ends early does not know its last round as such when it closes it.
Status Session::measureLast()
{
    if (!m_evaluator->hasTest())
        return {};
    if (auto measured = measureSilos(m_state.lastOwn); !measured)
        return measured;
    const bool wasDue = m_state.round % m_plan.evaluateEvery == 0;
    if (!wasDue) {
        if (auto made = mergeAll(); !made)
            return made;
        auto metrics = m_evaluator->evaluate(*m_scratch);
        if (!metrics)
            return tl::unexpected(metrics.error());
        m_state.lastMerged = std::move(*metrics);
    }
    const int every = m_plan.evaluateSilosEvery;
    const bool hadOwn = wasDue && every > 0 && m_state.round % every == 0;
    return m_run->addMetrics(m_state.round, m_state.round,
                             measuredValues(wasDue ? nlohmann::json() : m_state.lastMerged,
                                            hadOwn ? nlohmann::json() : m_state.lastOwn));
}

Result<SessionResult> Session::finish()
{
    if (m_isSpent)
        if (auto measured = measureLast(); !measured)
            return tl::unexpected(measured.error());
    // The merged model of the last round, also where it was not measured.
    --m_state.round; // a card, and the logs, name the last round that was done
    Status saved = mergeAll();
    if (saved)
        saved = saveMerged("merged", m_state.lastMerged);
    ++m_state.round;
    if (!saved)
        return tl::unexpected(saved.error());
    std::error_code ignored;
    fs::remove_all(m_run->folder() / "work", ignored);
    // Nobody goes back in a session that is done; its last states are its silos' own models.
    dropEarlierCheckpoints();
    const std::string reason = m_isSpent
                                   ? "the privacy budgets were spent after " + std::to_string(m_state.round) +
                                         " of " + std::to_string(m_plan.rounds) + " rounds"
                                   : std::string();
    if (m_isSpent)
        if (auto noted = m_run->addEvent("warning", reason); !noted)
            return tl::unexpected(noted.error());
    if (auto set = m_run->setState(RunState::Done, reason); !set)
        return tl::unexpected(set.error());
    writeLive("done", -1);
    return SessionResult{m_run->folder(),
                         m_state.round,
                         m_state.lastMerged,
                         m_state.lastOwn,
                         epsilons(),
                         reason,
                         m_run->folder() / "weights" / "merged.safetensors"};
}

} // namespace fedefm
