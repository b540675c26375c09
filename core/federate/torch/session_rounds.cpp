// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/library_message.h"
#include "core/federate/torch/session_private.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace fedefm {

namespace {

constexpr auto kPausePoll = std::chrono::milliseconds(100);

/// What may help where silos fail so; empty: nothing in general.
std::string remedyFor(const Error& error)
{
    const auto says = [&error](const char* text) { return error.detail.find(text) != std::string::npos; };
    if (says("not finite"))
        return "; a lower learning rate or clip_norm may help";
    return says("deadline") ? "; a longer deadline_seconds may help" : "";
}

} // namespace

Status Session::runToEnd()
{
    report("begun", -1);
    m_nextMembers = m_state.members;
    while (m_state.round < m_plan.rounds && !m_isSpent) {
        if (auto obeyed = obeyCommands(); !obeyed)
            return obeyed;
        if (auto begun = beginMembershipEpoch(); !begun)
            return begun;
        if (auto done = runRound(); !done)
            return done;
    }
    return {};
}

RoundView Session::viewOf(int round) const
{
    RoundView view;
    view.round = round;
    view.hub = m_links.hub();
    view.links = m_links.overlay(round);
    view.mixing = m_links.mixing(round);
    view.isActive = m_state.members;
    view.samples = m_data.sampleCounts();
    view.tree = averagingTree(view.links, view.isActive);
    return view;
}

Status Session::runRound()
{
    const auto count = m_data.silos.size();
    m_record = RoundRecord();
    m_record.round = m_state.round;
    if (m_checkpointSeconds > 0.0)
        m_record.phaseSeconds["checkpoint"] = std::exchange(m_checkpointSeconds, 0.0);
    m_isOut.assign(count, false);
    m_hasBegun.assign(count, false);
    m_hasStart.assign(count, false);
    m_isWayBack = false;
    m_spentSilos = 0;
    m_firstFailure.reset();
    RoundView view = viewOf(m_state.round);
    if (m_state.round == 0 && m_plan.warmUpSteps > 0)
        if (auto warmed = warmUp(view); !warmed)
            return warmed;
    if (auto done = runPhases(view); !done)
        return done;
    m_record.computeSeconds = m_learner->takeComputeMs() / 1000.0;
    m_record.stepCount = m_learner->takeSteps();
    m_record.finished.resize(count);
    int finished = 0;
    for (std::size_t silo = 0; silo < count; ++silo) {
        m_record.finished[silo] = m_state.members[silo] && !m_isOut[silo];
        finished += m_record.finished[silo] ? 1 : 0;
    }
    return finished < std::max(1, m_plan.leastSilos) ? endShortRound(finished) : closeRound();
}

Status Session::runPhases(RoundView& view)
{
    std::vector<std::string> phases = m_strategy->phases(view);
    for (int phase = 0; phase < static_cast<int>(phases.size()); ++phase) {
        m_phases = static_cast<int>(phases.size());
        if (auto done = runPhase(view, phase, phases[static_cast<std::size_t>(phase)]); !done)
            return done;
        if (phase != m_strategy->lastWorkPhase(view))
            continue;
        std::vector<bool> isIn = view.isActive;
        for (std::size_t silo = 0; silo < isIn.size(); ++silo)
            isIn[silo] = isIn[silo] && !m_isOut[silo];
        view.tree = averagingTree(view.links, isIn);
        phases = m_strategy->phases(view);
    }
    return {};
}

/// Too few silos finished the round.
Status Session::endShortRound(int finished)
{
    const int needed = std::max(1, m_plan.leastSilos);
    if (finished + m_spentSilos >= needed && m_state.round > 0)
        return endSpent();
    const auto members = std::count(m_state.members.begin(), m_state.members.end(), true);
    std::string detail = std::to_string(finished) + " of " + std::to_string(members) +
                         " silos finished round " + std::to_string(m_state.round) + ", " +
                         std::to_string(needed) + " are needed";
    if (m_firstFailure)
        detail += "; the first that failed: " + m_firstFailure->subject + ": " + m_firstFailure->detail +
                  remedyFor(*m_firstFailure);
    detail +=
        finished + m_spentSilos >= needed
            ? "; not even one round fits into privacy.epsilon_limit"
            : "; the events of the run say more, and `fedefm federate --resume` with this folder goes on "
              "from the last checkpoint";
    return fail(ErrorCode::OutOfRange, m_run->folder().string(), detail);
}

/// The budgets allow no further round. The session is done with the last one that was closed; what was given
/// away since counts.
Status Session::endSpent()
{
    std::vector<std::pair<std::string, double>> values;
    addEpsilons(values);
    if (auto added = m_run->addMetrics(m_state.round + 1, m_state.round + 1, values); !added)
        return added;
    for (const auto& [level, text] : m_record.events)
        if (auto added = m_run->addEvent(level, text); !added)
            return added;
    m_isSpent = true;
    // There is one of the last closed round: with a limit each is kept.
    return m_pool->restore(m_run->folder() / m_state.statesFolder);
}

/// A silo that fails here is out of the first round.
Status Session::warmUp(const RoundView& view)
{
    const double startMs = m_clock.nowMs();
    for (const int silo : view.active()) {
        if (auto obeyed = obeyCommands(); !obeyed)
            return obeyed;
        m_learner->setDeadline(m_clock.nowMs() + m_plan.deadlineSeconds * 1000.0);
        report("warm-up", silo);
        writeLive("warm-up", silo);
        if (auto settled = conclude(silo, warmUp(silo)); !settled)
            return settled;
    }
    m_record.phaseSeconds["warm-up"] = (m_clock.nowMs() - startMs) / 1000.0;
    return {};
}

Status Session::warmUp(int silo)
{
    auto live = m_pool->acquire(silo);
    if (!live)
        return tl::unexpected(live.error());
    rememberStart(**live);
    try {
        const auto trained = m_learner->trainOwn(**live, m_plan.warmUpSteps);
        if (!trained)
            return tl::unexpected(trained.error());
        m_record.addLoss(silo, trained->loss, trained->steps);
        return {};
    } catch (const c10::Error& error) {
        return fail(ErrorCode::ModelBroken, m_names[static_cast<std::size_t>(silo)],
                    libraryMessage(error.what_without_backtrace()));
    }
}

Status Session::runPhase(RoundView& view, int phase, const std::string& name)
{
    const double startMs = m_clock.nowMs();
    m_phase = phase;
    m_hub->door(0).discardBefore(m_state.round, m_strategy->firstPhaseRead(view, phase));
    std::vector<int> order;
    for (const int silo : view.active())
        if (m_strategy->takesPart(view, phase, silo))
            order.push_back(silo);
    // Back and forth, so that silos that are still live come first; a phase of one silo, a hub's, is no way.
    m_isGoingBack = m_isWayBack && order.size() > 1;
    if (m_isWayBack)
        std::reverse(order.begin(), order.end());
    if (order.size() > 1)
        m_isWayBack = !m_isWayBack;
    for (const int silo : order) {
        if (m_isOut[static_cast<std::size_t>(silo)])
            continue;
        if (auto obeyed = obeyCommands(); !obeyed)
            return obeyed;
        if (auto worked = workOn(view, phase, name, silo); !worked)
            return worked;
    }
    m_record.phaseSeconds[name] += (m_clock.nowMs() - startMs) / 1000.0;
    return {};
}

Status Session::obeyCommands()
{
    for (bool isPaused = false;;) {
        const std::string command = m_run->takeCommand();
        if (m_hooks.cancel.isCancelled() || command == "stop")
            return fail(ErrorCode::Cancelled, m_run->folder().string());
        if (command.empty() && !isPaused)
            return {};
        if (command.empty()) {
            std::this_thread::sleep_for(kPausePoll);
        } else if (command == "pause" || command == "resume") {
            isPaused = command == "pause";
            if (auto set = m_run->setState(isPaused ? RunState::Paused : RunState::Running); !set)
                return set;
        } else if (auto obeyed = obeyMembership(command); !obeyed) {
            return obeyed;
        }
    }
}

/// "admit 3" and "drop 3" begin a new epoch of the membership with the next round.
Status Session::obeyMembership(const std::string& command)
{
    const bool isAdmit = command.rfind("admit ", 0) == 0;
    if (!isAdmit && command.rfind("drop ", 0) != 0)
        return {};
    const std::string number = command.substr(command.find(' ') + 1);
    const bool isNumber =
        !number.empty() && number.size() < 5 && number.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t silo = isNumber ? static_cast<std::size_t>(std::stoi(number)) : m_data.silos.size();
    if (silo >= m_data.silos.size())
        return m_run->addEvent("warning", "no such silo: " + command);
    if (m_nextMembers[silo] == isAdmit)
        return {};
    std::vector<bool> members = m_nextMembers;
    members[silo] = isAdmit;
    if (std::count(members.begin(), members.end(), true) < std::max(1, m_plan.leastSilos))
        return m_run->addEvent("warning", "too few silos would remain: " + command);
    m_nextMembers = std::move(members);
    return m_run->addEvent("info", m_names[silo] + (isAdmit ? " is admitted" : " is dropped") +
                                       " with the next round");
}

Status Session::beginMembershipEpoch()
{
    if (m_nextMembers == m_state.members)
        return {};
    m_state.members = m_nextMembers;
    ++m_state.epoch;
    if (auto used = useMembers(); !used)
        return used;
    if (m_links.isApart())
        if (auto noted = m_run->addEvent("warning", "the links that remain do not join all members"); !noted)
            return noted;
    return m_run->addEvent("info", "membership epoch " + std::to_string(m_state.epoch) +
                                       " begins with round " + std::to_string(m_state.round));
}

/// The topology is built anew over the members: in the old one who is away would cut others off.
Status Session::useMembers()
{
    for (std::size_t silo = 0; silo < m_state.members.size(); ++silo)
        m_hub->setOnline(static_cast<int>(silo), m_state.members[silo]);
    auto links = m_data.links.among(m_state.members);
    if (!links)
        return tl::unexpected(links.error());
    m_links = std::move(*links);
    return {};
}

} // namespace fedefm
