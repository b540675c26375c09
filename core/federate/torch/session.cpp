// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/session.h"

#include "core/federate/torch/session_private.h"
#include "core/train/torch/guarded_private.h"

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr const char* kSubject = "session"; ///< of errors that LibTorch throws

} // namespace

Result<SessionResult> Session::run()
{
    const DeterministicScope deterministic;
    const Status done = guarded(kSubject, [this] { return runToEnd(); });
    if (!done)
        return endWith(done.error());
    auto result = guarded(kSubject, [this] { return finish(); });
    return result ? result : endWith(result.error());
}

Result<SessionResult> Session::endWith(Error error)
{
    const bool isStop = error.code == ErrorCode::Cancelled;
    if (isStop)
        error.subject = m_run->folder().string();
    for (const auto& [level, text] : m_record.events)
        if (!isStop && !m_run->addEvent(level, text))
            break;
    if (error.code == ErrorCode::DiskFull) // what is left of the room is for going on
        dropEarlierCheckpoints();
    const auto set = isStop ? m_run->setState(RunState::Stopped, "stopped by the user")
                            : m_run->setState(RunState::Failed, describe(error));
    return tl::unexpected(set ? error : set.error());
}

Result<SessionResult> federate(const SessionPlan& plan, const SessionHooks& hooks, const fs::path& runs)
{
    return guarded(kSubject, [&]() -> Result<SessionResult> {
        auto session = Session::create(plan, hooks);
        if (!session)
            return tl::unexpected(session.error());
        if (auto begun = (*session)->begin(runs); !begun)
            return tl::unexpected(begun.error());
        return (*session)->run();
    });
}

Result<SessionResult> resumeFederation(const fs::path& runFolder, const SessionHooks& hooks,
                                       std::optional<int> behindRound)
{
    return guarded(kSubject, [&]() -> Result<SessionResult> {
        const auto reader = RunReader::open(runFolder);
        if (!reader)
            return tl::unexpected(reader.error());
        const auto summary = (*reader)->summary();
        if (!summary)
            return tl::unexpected(summary.error());
        if (summary->state == RunState::Done)
            return fail(
                ErrorCode::InvalidArgument, runFolder.string(),
                "this session is finished. A new one can begin with its model: `training.init` of the plan "
                "with this folder.");
        const auto plan = loadSessionPlan(runFolder / "config.json");
        if (!plan)
            return tl::unexpected(plan.error());
        const auto privacy = parsePrivacy(plan->privacy.is_null() ? nlohmann::json::object() : plan->privacy);
        if (behindRound && privacy && privacy->unit != PrivacyUnit::None)
            return fail(ErrorCode::InvalidArgument, runFolder.string(),
                        "a session with a privacy unit cannot go back: what was given away stays given away, "
                        "and its noise would be used twice. Go on without a round");
        auto state = SessionState::toResume(runFolder, behindRound);
        if (!state)
            return tl::unexpected(state.error());
        auto session = Session::create(*plan, hooks, &*state);
        if (!session)
            return tl::unexpected(session.error());
        if (auto restored = (*session)->restore(runFolder, std::move(*state)); !restored)
            return tl::unexpected(restored.error());
        return (*session)->run();
    });
}

} // namespace fedefm
