// SPDX-License-Identifier: GPL-3.0-or-later
#include "panel_sequence.h"
#include "ui/jobs/job_model.h"
#include "ui/jobs/job_row.h"
#include "ui/jobs/jobs_panel.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace fedefm;

namespace {

/// Runs until it is told to stop.
Job::Work
untilCancelled(std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false))
{
    return [ended](const CancelToken& cancel, const Progress& progress) -> Result<JobOutput> {
        progress(1, 10);
        while (!cancel.isCancelled())
            std::this_thread::yield();
        *ended = true;
        return fail(ErrorCode::Cancelled, "work");
    };
}

Job::Work leaving(const std::string& file)
{
    return [file](const CancelToken&, const Progress&) -> Result<JobOutput> { return JobOutput{{file}}; };
}

} // namespace

class TestJobs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void worksOnItsOwnThreadAndEnds()
    {
        std::thread::id worker;
        Job job("copy", [&worker](const CancelToken&, const Progress&) -> Result<JobOutput> {
            worker = std::this_thread::get_id();
            return JobOutput{{"/out/a.png"}};
        });
        QSignalSpy finished(&job, &Job::finished);
        QVERIFY(job.isRunning());
        QVERIFY(finished.wait());
        QVERIFY(worker != std::this_thread::get_id());
        QCOMPARE(job.state(), Job::State::Done);
        QCOMPARE(job.output().files.size(), std::size_t(1));
    }

    void progressIsThrottledButTheLastStepArrives()
    {
        Job job("count", [](const CancelToken&, const Progress& progress) -> Result<JobOutput> {
            for (int i = 1; i <= 20000; ++i)
                progress(i, 20000);
            return JobOutput{};
        });
        QSignalSpy progressed(&job, &Job::progressed);
        QSignalSpy finished(&job, &Job::finished);
        QVERIFY(finished.wait());
        QVERIFY2(progressed.size() < 50, qPrintable(QString::number(progressed.size())));
        QCOMPARE(progressed.last().at(0).toInt(), 20000);
        QCOMPARE(job.done(), 20000);
    }

    void failuresAndExceptionsBecomeErrors()
    {
        Job failing("a", [](const CancelToken&, const Progress&) -> Result<JobOutput> {
            return fail(ErrorCode::DiskFull, "a.mp4", "0 bytes free");
        });
        Job throwing("b", [](const CancelToken&, const Progress&) -> Result<JobOutput> {
            throw std::runtime_error("odd");
        });
        QTRY_VERIFY(!failing.isRunning() && !throwing.isRunning());
        QCOMPARE(failing.state(), Job::State::Failed);
        QCOMPARE(failing.error()->code, ErrorCode::DiskFull);
        QCOMPARE(throwing.error()->code, ErrorCode::Internal);
        QCOMPARE(throwing.error()->detail, std::string("odd"));
    }

    void destroyingCancelsAndJoins()
    {
        auto ended = std::make_shared<std::atomic<bool>>(false);
        {
            JobModel model;
            model.start("endless", untilCancelled(ended));
            model.start("endless too", untilCancelled());
        }
        QVERIFY(ended->load());
    }

    void modelTellsTheStateOfEachJob()
    {
        JobModel model;
        QSignalSpy failed(&model, &JobModel::failed);
        QSignalSpy counts(&model, &JobModel::runningCountChanged);
        model.start("first", leaving("/out/folder/film.mp4"));
        QTRY_COMPARE(model.runningCount(), 0);
        model.start("second", untilCancelled());
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data().toString(), QString("second")); // newest first
        QCOMPARE(model.index(1).data(JobModel::FolderRole).toString(), QString("/out/folder"));
        QCOMPARE(model.index(1).data(JobModel::PercentRole).toInt(), 100);
        QTRY_COMPARE(model.index(0).data(JobModel::PercentRole).toInt(), 10);
        QCOMPARE(model.runningCount(), 1);
        model.remove(0);
        QCOMPARE(model.rowCount(), 2); // running jobs are not forgotten
        model.cancel(0);
        QTRY_COMPARE(model.job(0)->state(), Job::State::Cancelled);
        QCOMPARE(failed.size(), 0);
        QVERIFY(counts.size() >= 4);
        model.removeFinished();
        QCOMPARE(model.rowCount(), 0);
    }

    void answersAreDroppedWhenTheAskerIsGone()
    {
        JobModel model;
        bool called = false;
        auto asker = std::make_unique<QObject>();
        model.start("slow", untilCancelled(), asker.get(), [&called](const Job&) { called = true; });
        asker.reset();
        model.cancelAll();
        QTRY_COMPARE(model.runningCount(), 0);
        QVERIFY(!called);
        model.start("kept", leaving("/a/b"), nullptr,
                    [&called](const Job& job) { called = job.state() == Job::State::Done; });
        QTRY_VERIFY(called);
    }

    void finishedJobsAreForgottenBeyondTwenty()
    {
        JobModel model;
        for (int i = 0; i < 25; ++i)
            model.start(QString::number(i), leaving("/a/b"));
        QTRY_COMPARE(model.runningCount(), 0);
        QCOMPARE(model.rowCount(), 20);
        QCOMPARE(model.index(0).data().toString(), QString("24"));
    }

    void panelCancelsFromItsRow()
    {
        JobModel model;
        JobsPanel panel(&model);
        panel.resize(300, 300);
        panel.show();
        model.start("older", leaving("/a/b.png"));
        QTRY_COMPARE(model.runningCount(), 0);
        model.start("newer", untilCancelled());
        const auto rows = panel.findChildren<JobRow*>();
        QCOMPARE(rows.size(), 2);
        QToolButton* cancel = nullptr;
        for (QToolButton* button : panel.findChildren<QToolButton*>())
            if (button->accessibleName() == "Cancel newer")
                cancel = button;
        QVERIFY(cancel);
        QCOMPARE(test::namelessControls(panel), QStringList());
        QTest::mouseClick(cancel, Qt::LeftButton);
        QTRY_COMPARE(model.job(0)->state(), Job::State::Cancelled);
        QCOMPARE(cancel->accessibleName(), QString("Remove newer"));
        QTest::mouseClick(cancel, Qt::LeftButton);
        QCOMPARE(model.rowCount(), 1);
        for (QPushButton* button : panel.findChildren<QPushButton*>())
            QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(TestJobs)
#include "tst_jobs.moc"
