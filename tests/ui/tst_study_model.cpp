// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/study_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QMimeData>
#include <QTest>

using namespace fedefm;

class TestStudyModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void groupsAndSorts();
    void secondInstanceTurnsALeafIntoAHeading();
    void knownFilesAreSkipped();
    void picturesStandApart();
    void privacyHidesIdentityEverywhere();
    void neighboursSkipWhatIsNoImage();
    void tenThousandEntriesAreQuick();
    void leavesCanBeDragged();
};

namespace {

StudyEntry entry(const std::string& patient, const std::string& study, int series, int instance)
{
    StudyEntry e;
    e.ids.patientKey = patient;
    e.ids.studyUid = study;
    e.ids.seriesUid = study + "." + std::to_string(series);
    e.ids.sopInstanceUid = e.ids.seriesUid + "." + std::to_string(instance);
    e.ids.seriesNumber = series;
    e.ids.instanceNumber = instance;
    e.identity.patientName = "Doe, " + patient;
    e.identity.patientId = "ID-" + patient;
    e.identity.studyDate = "2020-01-0" + study;
    e.identity.studyDescription = "Secret study";
    e.identity.seriesDescription = "Secret series";
    e.path = "/x/" + e.ids.sopInstanceUid + ".dcm";
    e.kind = "image";
    e.modality = "XA";
    e.frameCount = 17;
    e.columns = e.rows = 512;
    return e;
}

} // namespace

void TestStudyModel::groupsAndSorts()
{
    StudyModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.addEntries(
        {entry("B", "2", 10, 1), entry("A", "1", 2, 1), entry("B", "2", 9, 1), entry("B", "1", 1, 1)});
    QCOMPARE(model.rowCount(), 2);
    const QModelIndex b = model.index(1, 0);
    QCOMPARE(b.data().toString(), QString("Doe, B"));
    QCOMPARE(model.rowCount(b), 2);
    const QModelIndex second = model.index(1, 0, b);
    QCOMPARE(second.data().toString(), QString("2020-01-02"));
    QCOMPARE(model.index(0, 0, second).data().toString(), QString("Run 9"));
    QCOMPARE(model.index(1, 0, second).data().toString(), QString("Run 10"));
    QCOMPARE(model.pathOfInstance("2.9.1"), QString("/x/2.9.1.dcm"));
}

void TestStudyModel::secondInstanceTurnsALeafIntoAHeading()
{
    StudyModel model;
    model.addEntries({entry("A", "1", 1, 7)});
    const QModelIndex study = model.index(0, 0, model.index(0, 0));
    QCOMPARE(model.index(0, 0, study).data(StudyModel::PathRole).toString(), QString("/x/1.1.7.dcm"));
    model.addEntries({entry("A", "1", 1, 3)});
    const QModelIndex series = model.index(0, 0, study);
    QVERIFY(series.data(StudyModel::PathRole).toString().isEmpty());
    QCOMPARE(model.rowCount(series), 2);
    QCOMPARE(model.index(0, 0, series).data(StudyModel::PathRole).toString(), QString("/x/1.1.3.dcm"));
    QCOMPARE(model.indexOfPath("/x/1.1.7.dcm"), model.index(1, 0, series));
}

void TestStudyModel::knownFilesAreSkipped()
{
    StudyModel model;
    model.addEntries({entry("A", "1", 1, 1), entry("A", "1", 1, 1)});
    model.addEntries({entry("A", "1", 1, 1)});
    QCOMPARE(model.imageCount(), 1);
}

void TestStudyModel::picturesStandApart()
{
    StudyModel model;
    SequenceInfo info;
    info.path = "/films/run.avi";
    info.kind = "video";
    info.frameCount = 5;
    model.addEntries({entry("A", "1", 1, 1), StudyModel::entryOf(info)});
    QCOMPARE(model.rowCount(), 2);
    const QModelIndex leaf = model.index(0, 0, model.index(1, 0));
    QCOMPARE(leaf.data().toString(), QString("run.avi"));
}

void TestStudyModel::privacyHidesIdentityEverywhere()
{
    StudyModel model;
    model.addEntries({entry("A", "1", 1, 1)});
    model.setPrivacy(true);
    QModelIndex index = model.index(0, 0);
    for (int level = 0; level < 3; ++level) {
        for (const int role : {int(Qt::DisplayRole), int(StudyModel::SecondaryRole), int(Qt::ToolTipRole),
                               int(Qt::AccessibleTextRole)}) {
            const QString text = index.data(role).toString();
            for (const char* word : {"Doe", "ID-A", "Secret", "2020", "/x/"})
                QVERIFY2(!text.contains(word), qPrintable(text));
        }
        index = model.index(0, 0, index);
    }
}

void TestStudyModel::neighboursSkipWhatIsNoImage()
{
    StudyModel model;
    StudyEntry report = entry("A", "1", 2, 1);
    report.kind = "SR";
    model.addEntries({entry("A", "1", 1, 1), report, entry("A", "1", 3, 1)});
    QCOMPARE(model.neighbour("/x/1.1.1.dcm", 1), QString("/x/1.3.1.dcm"));
    QCOMPARE(model.neighbour("/x/1.3.1.dcm", -1), QString("/x/1.1.1.dcm"));
    QCOMPARE(model.neighbour("/x/1.1.1.dcm", -1), QString());
}

void TestStudyModel::tenThousandEntriesAreQuick()
{
    std::vector<StudyEntry> entries;
    for (int i = 0; i < 10000; ++i)
        entries.push_back(entry(std::string(1, static_cast<char>('A' + i % 10)), "1", i % 40, 10000 - i));
    StudyModel model;
    QElapsedTimer timer;
    timer.start();
    model.addEntries(entries);
    // A generous bound: quadratic behaviour would take minutes.
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(model.imageCount(), 10000);
}

void TestStudyModel::leavesCanBeDragged()
{
    StudyModel model;
    model.addEntries({entry("A", "1", 1, 1)});
    const QModelIndex leaf = model.indexOfPath("/x/1.1.1.dcm");
    const std::unique_ptr<QMimeData> mime(model.mimeData({leaf}));
    QVERIFY(mime);
    QCOMPARE(mime->urls().first().toLocalFile(), QString("/x/1.1.1.dcm"));
    QVERIFY(!model.mimeData({model.index(0, 0)}));
}

QTEST_MAIN(TestStudyModel)
#include "tst_study_model.moc"
