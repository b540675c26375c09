// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/issue_model.h"
#include "ui/common/issues_panel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace fedefm;

class TestIssueModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void errorSaysFileCauseAndNextStep();
    void foldersAreNotShown();
    void equalIssuesAreCounted();
    void differentSeverityIsAnotherIssue();
    void clearEmpties();
    void copiedTextHasNoFolder();
};

void TestIssueModel::errorSaysFileCauseAndNextStep()
{
    IssueModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy reported(&model, &IssueModel::reported);
    model.report(Error{ErrorCode::UnsupportedSyntax, "run.dcm", "HTJ2K"});
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, 0).data().toString(), QString("run.dcm"));
    QCOMPARE(model.index(0, 1).data().toString(), QString("The transfer syntax is not supported (HTJ2K)"));
    QVERIFY(model.index(0, 2).data().toString().startsWith("Export the image"));
    QCOMPARE(reported.count(), 1);
    for (int column = 0; column < IssueModel::ColumnCount; ++column)
        QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
}

void TestIssueModel::foldersAreNotShown()
{
    IssueModel model;
    model.report(
        Error{ErrorCode::FileUnreadable, "/data/Doe_Jane/run.dcm", "open /data/Doe_Jane/run.dcm: denied"});
    for (int column = 0; column < IssueModel::ColumnCount; ++column)
        QVERIFY(!model.index(0, column).data().toString().contains("Doe_Jane"));
    QCOMPARE(model.index(0, 0).data().toString(), QString("run.dcm"));
    QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(), QString("/data/Doe_Jane/run.dcm"));
    QVERIFY(model.index(0, 1).data().toString().contains("open run.dcm: denied"));

    // As alerts make them, and with folders as people name them.
    const auto cause = [&model](const QString& text) {
        model.report(Issue{Severity::Error, "run", text, {}});
        return model.index(model.rowCount() - 1, 1).data().toString();
    };
    QCOMPARE(cause("It failed: /data/Doe, Jane 1958/run/x.png: unreadable"),
             QString("It failed: x.png: unreadable"));
    QCOMPARE(cause("/mnt/Doe Jane/a.png and /mnt/Doe Jane/b c/d.png differ"),
             QString("a.png and d.png differ"));
    QCOMPARE(cause("3 / 4 of and/or 1/s"), QString("3 / 4 of and/or 1/s"));
}

void TestIssueModel::equalIssuesAreCounted()
{
    IssueModel model;
    for (int i = 0; i < 3; ++i)
        model.report(Error{ErrorCode::CodecFailed, "a.dcm", "frame 3"});
    model.report(Error{ErrorCode::CodecFailed, "a.dcm", "frame 4"});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.issues().front().count, 3);
    QVERIFY(model.index(0, 0).data().toString().endsWith("×3"));
}

void TestIssueModel::differentSeverityIsAnotherIssue()
{
    IssueModel model;
    const Error error{ErrorCode::ModuleBroken, "m.so", ""};
    model.report(error, Severity::Warning);
    model.report(error, Severity::Error);
    QCOMPARE(model.rowCount(), 2);
}

void TestIssueModel::clearEmpties()
{
    IssueModel model;
    model.report(Error{ErrorCode::Internal, "x", ""});
    QSignalSpy reset(&model, &IssueModel::modelReset);
    model.clear();
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(reset.count(), 1);
}

void TestIssueModel::copiedTextHasNoFolder()
{
    IssueModel model;
    IssuesPanel panel(&model);
    QVERIFY(panel.selectedText().isEmpty());
    model.report(Error{ErrorCode::FileNotFound, "/home/x/Doe/a.dcm", ""});
    model.report(Error{ErrorCode::NotDicom, "/home/x/Doe/b.dcm", ""});
    const QStringList lines = panel.selectedText().split('\n');
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines.first(), QString("a.dcm\tThe file does not exist\tCheck the path."));
}

QTEST_MAIN(TestIssueModel)
#include "tst_issue_model.moc"
