// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job.h"

#include <chrono>
#include <exception>
#include <new>

namespace fedefm {

namespace {
constexpr auto kProgressDistance = std::chrono::milliseconds(50);
}

struct Job::Throttle
{
    std::chrono::steady_clock::time_point last;
    bool any = false;

    bool mayPost()
    {
        const auto now = std::chrono::steady_clock::now();
        if (any && now - last < kProgressDistance)
            return false;
        last = now;
        any = true;
        return true;
    }
};

Job::Job(const QString& title, Work work, QObject* parent)
    : QObject(parent), m_title(title), m_throttle(std::make_unique<Throttle>()),
      m_thread([this, moved = std::move(work)] { run(moved); })
{
}

Job::~Job()
{
    m_cancel.cancel();
    if (m_thread.joinable())
        m_thread.join();
}

void Job::run(const Work& work)
{
    const std::string subject = m_title.toStdString();
    Result<JobOutput> outcome = fail(ErrorCode::Internal, subject);
    try {
        outcome = work(m_cancel, [this](int done, int total) { postProgress(done, total); });
    } catch (const std::bad_alloc&) {
        outcome = fail(ErrorCode::OutOfMemory, subject);
    } catch (const std::exception& exception) {
        outcome = fail(ErrorCode::Internal, subject, exception.what());
    }
    QMetaObject::invokeMethod(
        this, [this, outcome = std::move(outcome)]() mutable { finish(std::move(outcome)); },
        Qt::QueuedConnection);
}

void Job::postProgress(int done, int total)
{
    if (done != total && !m_throttle->mayPost())
        return;
    QMetaObject::invokeMethod(
        this,
        [this, done, total] {
            m_done = done;
            m_total = total;
            Q_EMIT progressed(done, total);
        },
        Qt::QueuedConnection);
}

void Job::finish(Result<JobOutput> outcome)
{
    m_thread.join();
    if (outcome) {
        m_state = State::Done;
        m_output = std::move(*outcome);
    } else if (outcome.error().code == ErrorCode::Cancelled) {
        m_state = State::Cancelled;
    } else {
        m_state = State::Failed;
        m_error = outcome.error();
    }
    Q_EMIT finished();
}

} // namespace fedefm
