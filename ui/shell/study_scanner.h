// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_study.h"
#include "ui/common/worker_thread.h"

#include <QObject>
#include <QString>

#include <vector>

namespace fedefm {

/// Scans folders for the study tree in the background; what was found arrives in batches, at most 20 per
/// second, so that a folder of 10,000 files does not hold up the window.
class StudyScanner : public QObject
{
    Q_OBJECT
public:
    explicit StudyScanner(QObject* parent = nullptr);
    ~StudyScanner() override;

    void scan(const QString& path); ///< scans asked for meanwhile follow one after the other
    void cancel();                  ///< all of them
    bool isRunning() const { return m_running > 0; }

Q_SIGNALS:
    void found(const std::vector<fedefm::StudyEntry>& entries);
    void progressed(int filesSeen, int filesTotal); ///< total 0 while unknown
    void problem(const fedefm::Error& error);
    void finished(const QString& path, int filesSeen, int imagesFound, bool complete);

private:
    void work(const QString& path, const CancelToken& cancel);

    int m_running = 0;
    CancelToken m_cancel;
    WorkerThread m_worker;
};

} // namespace fedefm
