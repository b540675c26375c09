// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/study_scanner.h"

#include <chrono>
#include <exception>

namespace fedefm {

namespace {

constexpr std::chrono::milliseconds kBatchInterval{60};

/// Collects until the interval is over; used by the scanning thread only.
class Batch
{
public:
    explicit Batch(StudyScanner* target) : m_target(target) {}

    void add(const StudyEntry& entry)
    {
        m_entries.push_back(entry);
        ++m_total;
        flushIfDue();
    }
    void progress(int done, int total)
    {
        m_done = done;
        m_of = total;
        flushIfDue();
    }
    void flush()
    {
        m_last = std::chrono::steady_clock::now();
        answerOn(m_target, [target = m_target, entries = std::move(m_entries), done = m_done, of = m_of] {
            if (!entries.empty())
                Q_EMIT target->found(entries);
            Q_EMIT target->progressed(done, of);
        });
        m_entries.clear();
    }
    int total() const { return m_total; }

private:
    void flushIfDue()
    {
        if (std::chrono::steady_clock::now() - m_last >= kBatchInterval)
            flush();
    }

    StudyScanner* m_target;
    std::vector<StudyEntry> m_entries;
    std::chrono::steady_clock::time_point m_last{};
    int m_total = 0;
    int m_done = 0;
    int m_of = 0;
};

Result<StudyScan> guardedScan(const QString& path, const CancelToken& cancel, Batch& batch)
{
    try {
        return scanStudies(
            path.toStdString(), cancel, [&](int done, int total) { batch.progress(done, total); },
            [&](const StudyEntry& entry) { batch.add(entry); });
    } catch (const std::exception& problem) {
        return fail(ErrorCode::Internal, path.toStdString(), problem.what());
    }
}

} // namespace

StudyScanner::StudyScanner(QObject* parent) : QObject(parent), m_worker(QStringLiteral("scan")) {}

StudyScanner::~StudyScanner()
{
    m_cancel.cancel();
}

void StudyScanner::scan(const QString& path)
{
    ++m_running;
    m_worker.post([this, path, cancel = m_cancel] { work(path, cancel); });
}

void StudyScanner::cancel()
{
    m_cancel.cancel();
    m_cancel = CancelToken();
}

void StudyScanner::work(const QString& path, const CancelToken& cancel)
{
    Batch batch(this);
    const Result<StudyScan> scan = guardedScan(path, cancel, batch);
    batch.flush();
    std::vector<Error> problems;
    int filesSeen = 0;
    if (scan) {
        problems = scan->problems;
        filesSeen = scan->filesSeen;
    } else {
        problems.push_back(scan.error());
    }
    const bool complete = scan.has_value() && !cancel.isCancelled();
    answerOn(this, [this, path, problems, filesSeen, images = batch.total(), complete] {
        --m_running;
        for (const Error& error : problems)
            if (error.code != ErrorCode::Cancelled)
                Q_EMIT problem(error);
        Q_EMIT finished(path, filesSeen, images, complete);
    });
}

} // namespace fedefm
