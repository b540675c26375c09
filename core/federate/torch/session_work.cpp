// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/library_message.h"
#include "core/federate/torch/local_rule_private.h"
#include "core/federate/torch/session_private.h"
#include "core/model/checkpoint/mapped_file.h"

#include <limits>

namespace fedefm {

namespace {

const char* stageName(FaultStage stage)
{
    switch (stage) {
    case FaultStage::Training:
        return "training";
    case FaultStage::Waiting:
        return "waiting";
    case FaultStage::Sending:
        return "sending";
    case FaultStage::Receiving:
        break;
    }
    return "receiving";
}

} // namespace

Fault Session::faultAt(int phase, int silo, FaultStage stage) const
{
    return m_hooks.fault ? m_hooks.fault({m_state.round, phase, silo, stage}) : Fault::None;
}

/// Such failures are the session's own; all others cost a silo its round.
bool Session::endsSession(const Error& error) const
{
    return error.code == ErrorCode::Cancelled || error.code == ErrorCode::DiskFull ||
           error.code == ErrorCode::WriteFailed || error.code == ErrorCode::OutOfMemory;
}

/// Without its log nothing leaves a silo.
Result<AuditLog*> Session::auditOf(int silo)
{
    const auto known = m_audits.find(silo);
    if (known != m_audits.end())
        return &known->second;
    char name[40];
    std::snprintf(name, sizeof name, "silo_%03d.jsonl", silo);
    const std::filesystem::path folder = m_run->folder() / "audit";
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return fail(ErrorCode::WriteFailed, folder.string(), failed.message());
    auto opened = AuditLog::open(folder / name);
    if (!opened)
        return fail(opened.error().code == ErrorCode::DiskFull ? ErrorCode::DiskFull : ErrorCode::WriteFailed,
                    (folder / name).string(), opened.error().detail);
    return &m_audits.emplace(silo, std::move(*opened)).first->second;
}

Result<SiloPort> Session::portOf(int silo, int phase)
{
    const auto audit = auditOf(silo);
    if (!audit)
        return tl::unexpected(audit.error());
    SiloPort::Settings settings;
    settings.exchange = &m_hub->door(silo);
    settings.record = &m_record;
    settings.audit = *audit;
    settings.names = &m_names;
    settings.phase = phase;
    // In one process all that an earlier phase gave is there already.
    settings.deadlineMs = 0.0;
    settings.isLate = [this] { return m_learner->isLate(); };
    settings.putUnchecked = [this](const ObjectId& id, const TensorFile& tensors) {
        return m_hub->putUnchecked(id, tensors);
    };
    settings.training = faultAt(phase, silo, FaultStage::Training);
    settings.sending = faultAt(phase, silo, FaultStage::Sending);
    settings.receiving = faultAt(phase, silo, FaultStage::Receiving);
    // Who is frozen while it trains finds its time over when it wants to send.
    if (settings.training == Fault::Freeze)
        settings.sending = Fault::Freeze;
    return SiloPort(std::move(settings));
}

/// What is known of a silo as a round begins, before it trains.
void Session::rememberStart(Silo& at)
{
    const auto silo = static_cast<std::size_t>(at.index);
    if (m_privacy.unit != PrivacyUnit::Silo || m_hasStart[silo])
        return;
    remember(at, kRoundStart, cloneShared(*at.network, m_shared));
    m_hasStart[silo] = true;
}

/// With privacy by silo the next round's change is measured from the weights that the silo then has; training
/// that was not given away would be in them, without noise.
Status Session::forgetUnreleased(int silo)
{
    if (m_privacy.unit != PrivacyUnit::Silo || !m_hasStart[static_cast<std::size_t>(silo)])
        return {};
    auto live = m_pool->acquire(silo);
    if (!live)
        return tl::unexpected(live.error());
    loadShared(*(*live)->network, fileOf(remembered(**live, kRoundStart)));
    return {};
}

Status Session::workGuarded(const RoundView& view, int phase, int silo, SiloPort& port)
{
    auto live = m_pool->acquire(silo);
    if (!live)
        return tl::unexpected(live.error());
    Silo& at = **live;
    const auto index = static_cast<std::size_t>(silo);
    if (!m_hasBegun[index] && m_plan.optimizerState == "reset")
        resetMoments(*at.optimizer);
    m_hasBegun[index] = true;
    rememberStart(at);
    Workbench bench{view, phase, at, port, *m_learner, *m_scratch, m_shared, m_plan, m_record};
    try {
        return m_strategy->work(bench);
    } catch (const c10::Error& error) {
        return fail(ErrorCode::ModelBroken, m_names[static_cast<std::size_t>(silo)],
                    libraryMessage(error.what_without_backtrace()));
    }
}

Status Session::strikeWhileWaiting(int phase, int silo, bool& isOut)
{
    const Fault fault = faultAt(phase, silo, FaultStage::Waiting);
    if (fault == Fault::Garbage) {
        // A word that nobody knows is no reason to stop.
        ControlMessage message;
        message.from = silo;
        message.word = "\xff\xfe?";
        return m_hub->door(silo).post(message);
    }
    isOut = fault != Fault::None;
    if (!isOut)
        return {};
    return settle(
        silo,
        fail(ErrorCode::Internal, m_names[static_cast<std::size_t>(silo)],
             fault == Fault::Crash ? "the silo crashed while waiting" : "the silo froze while waiting"),
        fault);
}

Status Session::workOn(const RoundView& view, int phase, const std::string& name, int silo)
{
    report(name, silo);
    writeLive(name, silo);
    bool isOut = false;
    if (auto struck = strikeWhileWaiting(phase, silo, isOut); !struck || isOut)
        return struck;
    m_learner->setDeadline(m_clock.nowMs() + m_plan.deadlineSeconds * 1000.0);
    for (const FaultStage stage : {FaultStage::Training, FaultStage::Receiving})
        if (faultAt(phase, silo, stage) == Fault::Crash)
            return settle(silo,
                          fail(ErrorCode::Internal, m_names[static_cast<std::size_t>(silo)],
                               std::string("the silo crashed while ") + stageName(stage)),
                          Fault::Crash);
    auto port = portOf(silo, phase);
    if (!port)
        return tl::unexpected(port.error());
    Status worked = workGuarded(view, phase, silo, *port);
    releaseMappedPages();
    if (worked && faultAt(phase, silo, FaultStage::Training) == Fault::Freeze) {
        m_learner->setDeadline(0.0); // its time is over
        worked = fail(ErrorCode::OutOfRange, m_names[static_cast<std::size_t>(silo)],
                      "not done before the deadline");
    }
    return conclude(silo, worked);
}

/// What a silo's work comes to: the session's end, the silo's end of the round, or nothing.
Status Session::conclude(int silo, const Status& worked)
{
    const bool isLate = !worked && worked.error().code == ErrorCode::OutOfRange && m_learner->isLate();
    m_learner->setDeadline(std::numeric_limits<double>::max());
    if (worked || endsSession(worked.error()))
        return worked;
    if (worked.error().code == ErrorCode::OutOfRange && worked.error().detail == kBudgetSpent)
        ++m_spentSilos;
    return settle(silo, worked, isLate ? Fault::Freeze : Fault::Crash);
}

/// A silo that failed is out of the round. Unless it was only late, it goes on from its last checkpoint; a
/// late one keeps what it has, or with privacy by silo what is known of it.
Status Session::settle(int silo, const Status& worked, Fault kind)
{
    const auto at = static_cast<std::size_t>(silo);
    m_isOut[at] = true;
    const Error& error = worked.error();
    const std::string reason = error.detail.empty() ? errorText(error.code).cause : error.detail;
    if (!m_firstFailure)
        m_firstFailure = Error{error.code, m_names[at], reason};
    m_record.note("error", m_names[at] + " is out of round " + std::to_string(m_state.round) + ": " + reason);
    return kind == Fault::Freeze ? forgetUnreleased(silo) : m_pool->revert(silo);
}

} // namespace fedefm
