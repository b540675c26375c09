// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/session_private.h"

#include "core/federate/privacy/rdp_accountant.h"

#include <fstream>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr double kLivePeriodMs = 200.0;
constexpr double kReportPeriodMs = 50.0;

void addAll(const nlohmann::json& metrics, const std::string& prefix,
            std::vector<std::pair<std::string, double>>& values)
{
    for (const auto& [name, value] : flattenMetrics(metrics))
        values.emplace_back(prefix + name, value);
}

/// What a round's messages would take on the underlay, one phase after the other.
double exchangeMsOf(const std::vector<EdgeRecord>& edges, const SessionLinks& links)
{
    std::map<int, std::vector<std::pair<int, int>>> byPhase;
    for (const EdgeRecord& edge : edges)
        if (edge.lost.empty())
            byPhase[edge.phase].emplace_back(edge.from, edge.to);
    double sum = 0.0;
    for (const auto& [phase, messages] : byPhase)
        sum += links.exchangeMs(messages);
    return sum;
}

} // namespace

/// What a silo has given away so far; nothing without a privacy unit.
std::optional<double> Session::epsilonOf(int silo) const
{
    if (m_privacy.unit == PrivacyUnit::None)
        return std::nullopt;
    const auto state = m_pool->stateFile(silo);
    const nlohmann::json history = state ? privacyOf(*state) : nlohmann::json();
    if (history.is_null())
        return std::nullopt;
    const auto accountant = parseRdpAccountant(history);
    const auto spent = accountant ? accountant->epsilon(m_privacy.delta)
                                  : Result<EpsilonBound>(tl::unexpected(accountant.error()));
    return spent ? std::optional<double>(spent->epsilon) : std::nullopt;
}

void Session::addEpsilons(std::vector<std::pair<std::string, double>>& values) const
{
    for (int silo = 0; silo < static_cast<int>(m_data.silos.size()); ++silo)
        if (const auto spent = epsilonOf(silo))
            values.emplace_back("epsilon/silo_" + std::to_string(silo), *spent);
}

/// One entry per silo; null without a privacy unit.
nlohmann::json Session::epsilons() const
{
    if (m_privacy.unit == PrivacyUnit::None)
        return nullptr;
    nlohmann::json list = nlohmann::json::array();
    for (int silo = 0; silo < static_cast<int>(m_data.silos.size()); ++silo) {
        const auto spent = epsilonOf(silo);
        list.push_back(spent ? nlohmann::json(*spent) : nlohmann::json());
    }
    return list;
}

/// Either may be null.
std::vector<std::pair<std::string, double>> Session::measuredValues(const nlohmann::json& merged,
                                                                    const nlohmann::json& own)
{
    std::vector<std::pair<std::string, double>> values;
    addAll(merged, "merged/", values);
    for (std::size_t silo = 0; silo < own.size(); ++silo)
        addAll(own[silo], "silo_" + std::to_string(silo) + "/", values);
    return values;
}

Status Session::writeRound(const nlohmann::json& merged, const nlohmann::json& own)
{
    std::vector<std::pair<std::string, double>> values = m_record.metrics();
    const auto measured = measuredValues(merged, own);
    values.insert(values.end(), measured.begin(), measured.end());
    addEpsilons(values);
    values.emplace_back("cycle_time_ms/simulated", m_links.cycleTimeMs());
    values.emplace_back("exchange_ms/simulated", exchangeMsOf(m_record.edges, m_links));
    const int done = m_state.round + 1;
    if (auto added = m_run->addMetrics(done, done, values); !added)
        return added;
    for (const auto& [level, text] : m_record.events)
        if (auto added = m_run->addEvent(level, text); !added)
            return added;
    nlohmann::json document = m_record.toJson();
    document["membership_epoch"] = m_state.epoch;
    document["members"] = m_state.members;
    if (!merged.is_null())
        document["merged"] = merged;
    if (!own.is_null())
        document["own"] = own;
    return m_run->finishEpoch(m_state.round, m_state.bestRound == m_state.round, document);
}

/// For those who watch: what goes on just now. It is no record, so it is not synced and may fail.
void Session::writeLive(const std::string& phase, int silo)
{
    const double now = m_clock.nowMs();
    if (now - m_lastLiveMs < kLivePeriodMs && phase != "done")
        return;
    m_lastLiveMs = now;
    nlohmann::json edges = nlohmann::json::array();
    for (const EdgeRecord& edge : m_record.edges)
        edges.push_back({edge.from, edge.to, objectKindName(edge.kind), edge.bytes, edge.lost.empty()});
    nlohmann::json live = {{"round", m_state.round},
                           {"rounds", m_plan.rounds},
                           {"phase", phase},
                           {"phase_index", m_phase},
                           {"phases", m_phases},
                           {"silo", silo},
                           {"backwards", m_isGoingBack},
                           {"names", m_names},
                           {"members", m_state.members},
                           {"out", m_isOut},
                           {"edges", edges},
                           {"utc", isoTimeUtc()},
                           {"seconds", m_run->wallSeconds()},
                           {"object_bytes", m_hub->memoryInUse()},
                           {"live_silos", m_pool->residents()}};
    const fs::path file = m_run->folder() / "live.json";
    const fs::path temporary = m_run->folder() / "live.json.new";
    std::error_code ignored;
    {
        std::ofstream stream(temporary);
        stream << live.dump() << '\n';
        if (!stream)
            return;
    }
    fs::rename(temporary, file, ignored);
}

void Session::report(const std::string& phase, int silo, const nlohmann::json& merged)
{
    const double now = m_clock.nowMs();
    const bool isEdge = silo <= 0 || silo + 1 == static_cast<int>(m_data.silos.size());
    if (!m_hooks.progress || (now - m_lastReportMs < kReportPeriodMs && !isEdge))
        return;
    m_lastReportMs = now;
    SessionProgress progress;
    progress.round = phase == "closed" ? m_state.round - 1 : m_state.round;
    progress.rounds = m_plan.rounds;
    progress.phase = phase;
    progress.silo = silo;
    progress.silos = static_cast<int>(m_data.silos.size());
    double sum = 0.0;
    int steps = 0;
    for (const auto& [at, loss] : m_record.losses) {
        sum += loss.first;
        steps += loss.second;
    }
    progress.loss = steps > 0 ? sum / steps : 0.0;
    progress.merged = merged;
    if (phase == "closed")
        for (const auto& [level, text] : m_record.events)
            progress.notes.push_back(text);
    if (phase == "begun")
        progress.notes = m_notes;
    m_hooks.progress(progress);
}

} // namespace fedefm
