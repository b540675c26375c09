// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/version.h"
#include "core/dicom/dicom_writer.h"
#include "core/simulate/demo_cine.h"
#include "test_data.h"
#include "ui/common/research_line.h"
#include "ui/shell/main_window.h"
#include "ui/shell/study_panel.h"
#include "ui/shell/tags_panel.h"
#include "ui/viewer/cine_controller.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/viewer_grid.h"
#include "ui_test_support.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

using namespace fedefm;

class TestMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void controlsHaveAccessibleNames();
    void researchUseIsVisible();
    void startPageAsksForAcceptanceFirst();
    void opensAndPlays();
    void titleAndSettingsHaveNoIdentity();
    void badFileGivesAnIssueNotADialog();
    void newerOpenWins();
    void keysReachTheDocument();
    void arrowKeysStayInLists();
    void privacyHidesTreeAndTags();
    void fullScreenLeavesTilesAndResearchLine();
    void severalFilesFillTiles();
    void displayStateIsRemembered();
    void segIsAppliedToItsImageWhateverTheOrder();
    void segWithoutItsImageIsAnIssue();
    void objectWithoutImageNamesItsKind();
    void folderShowsItsFirstRun();

private:
    QString writeRun(const QString& name, int seriesNumber);
    void open(const QString& path);
    QAction* action(const char* id) { return m_studio->actions->action(id); }

    std::unique_ptr<test::Studio> m_studio;
    std::unique_ptr<MainWindow> m_window;
    QString m_run;
    QString m_second;
};

QString TestMainWindow::writeRun(const QString& name, int seed)
{
    DemoCineSettings settings;
    settings.sizePx = 64;
    settings.frames = 6;
    const DemoCine cine(settings);
    XaDescription description;
    description.identity.patientName = "Doe^Jane";
    description.identity.patientId = "SECRET-77";
    description.uidSeed = static_cast<std::uint64_t>(seed);
    const QString path = m_studio->folder.filePath(name);
    const Status written = writeXa(path.toStdString(), cine, description, true);
    return written ? path : QString();
}

void TestMainWindow::initTestCase()
{
    m_studio = std::make_unique<test::Studio>();
    m_run = writeRun("run3.dcm", 11);
    m_second = writeRun("run4.dcm", 12);
    QVERIFY(!m_run.isEmpty() && !m_second.isEmpty());
}

void TestMainWindow::init()
{
    Settings().acceptResearchUse();
    m_studio->issues->clear();
    m_window = std::make_unique<MainWindow>(m_studio->context);
    m_window->segmentation()->setLive(false);
    m_window->show();
}

void TestMainWindow::cleanup()
{
    m_window.reset();
}

void TestMainWindow::open(const QString& path)
{
    m_window->begin({path}, false);
    QTRY_VERIFY(m_window->grid()->activeDocument());
    QTRY_VERIFY(m_window->grid()->activeDocument()->shownFrame() >= 0);
}

void TestMainWindow::controlsHaveAccessibleNames()
{
    open(m_run);
    int walked = 0;
    for (const QWidget* widget : m_window->findChildren<QWidget*>()) {
        const bool isControl =
            qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QComboBox*>(widget) ||
            qobject_cast<const QAbstractSlider*>(widget) || qobject_cast<const QLineEdit*>(widget) ||
            qobject_cast<const QAbstractSpinBox*>(widget) || qobject_cast<const QAbstractItemView*>(widget) ||
            qobject_cast<const ImageView*>(widget);
        // Parts that Qt makes inside its own controls are not controls of ours.
        const bool isInner =
            qobject_cast<const QScrollBar*>(widget) ||
            widget->objectName().startsWith(QLatin1String("qt_")) ||
            qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) ||
            qobject_cast<const QLineEdit*>(widget->parentWidget()) ||
            qobject_cast<const QAbstractItemView*>(widget->parentWidget()) ||
            QByteArray(widget->metaObject()->className()).startsWith("QComboBoxPrivate") ||
            QByteArray(widget->metaObject()->className()).startsWith("QToolBarExtension") ||
            QByteArray(widget->parentWidget()->metaObject()->className()).startsWith("QComboBoxPrivate");
        if (!isControl || isInner)
            continue;
        ++walked;
        QString name = widget->accessibleName();
        if (name.isEmpty())
            if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
                name = button->text();
        QVERIFY2(!name.isEmpty(), qPrintable(QStringLiteral("%1 '%2' in %3")
                                                 .arg(widget->metaObject()->className(), widget->objectName(),
                                                      widget->parentWidget()->metaObject()->className())));
    }
    QVERIFY(walked > 50);
}

void TestMainWindow::researchUseIsVisible()
{
    const auto* line = m_window->findChild<ResearchLine*>();
    QVERIFY(line && line->isVisible());
    QCOMPARE(line->text(), QString(kResearchUse));
}

void TestMainWindow::startPageAsksForAcceptanceFirst()
{
    QSettings().remove("researchUseAccepted");
    m_window->begin({}, false);
    auto* start = m_window->findChild<QPushButton*>("primary");
    QVERIFY(start && start->isVisible());
    QVERIFY(!m_window->grid()->activeDocument());
    QVERIFY(!Settings().isResearchUseAccepted());
    QTest::mouseClick(start, Qt::LeftButton);
    QVERIFY(Settings().isResearchUseAccepted());
    QCOMPARE(m_window->opener()->pendingCount(), 1);
}

void TestMainWindow::opensAndPlays()
{
    open(m_run);
    QCOMPARE(m_window->grid()->activeDocument()->frameCount(), 6);
    QVERIFY(m_window->grid()->activeCine()->isPlaying());
    QVERIFY(m_studio->issues->issues().empty());
    QCOMPARE(m_window->studies()->model()->imageCount(), 1);
}

void TestMainWindow::titleAndSettingsHaveNoIdentity()
{
    open(m_run);
    QCOMPARE(m_window->windowTitle(), QStringLiteral("run3.dcm – FedEFM Studio"));
    m_window->close();
    QSettings settings;
    settings.sync();
    QFile file(settings.fileName());
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    QVERIFY(content.contains("run3.dcm")); // the recent file, so the file is the right one
    for (const char* identity : {"Doe", "Jane", "SECRET"})
        QVERIFY2(!content.contains(identity), identity);
}

void TestMainWindow::badFileGivesAnIssueNotADialog()
{
    QFile bad(m_studio->folder.filePath("bad.dcm"));
    QVERIFY(bad.open(QIODevice::WriteOnly));
    bad.write(QByteArray(128, '\0') + "DICM" + QByteArray(40, '\x7f'));
    bad.close();
    m_window->begin({bad.fileName(), m_studio->folder.filePath("missing.dcm")}, false);
    QTRY_COMPARE(m_studio->issues->rowCount(), 2);
    QVERIFY(!QApplication::activeModalWidget());
    const auto* dock = m_window->findChild<QDockWidget*>("issues");
    QVERIFY(dock && dock->isVisible());
    QVERIFY(!m_window->grid()->activeDocument());
}

void TestMainWindow::newerOpenWins()
{
    QSignalSpy opened(m_window->opener(), &OpenController::sequenceOpened);
    m_window->opener()->open(m_run, 0, {});
    m_window->opener()->open(m_second, 0, {});
    QTRY_COMPARE(m_window->opener()->pendingCount(), 0);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(m_window->windowTitle(), QStringLiteral("run4.dcm – FedEFM Studio"));
}

void TestMainWindow::keysReachTheDocument()
{
    open(m_run);
    ImageView* view = m_window->grid()->activeView();
    SeriesDocument* document = m_window->grid()->activeDocument();
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Home);
    QVERIFY(!m_window->grid()->activeCine()->isPlaying());
    QCOMPARE(document->currentFrame(), 0);
    QTest::keyClick(view, Qt::Key_Right);
    QCOMPARE(document->currentFrame(), 1);
    QTest::keyClick(view, Qt::Key_End);
    QCOMPARE(document->currentFrame(), 5);
    QTest::keyClick(view, Qt::Key_I);
    QVERIFY(document->transform().invert);
    QVERIFY(action("view.invert")->isChecked());
    QTest::keyClick(view, Qt::Key_S);
    QVERIFY(!document->overlayStyle().visible);
    QTest::keyClick(view, Qt::Key_M);
    QCOMPARE(m_window->grid()->tool(), ToolId::Ruler);
    QTest::keyClick(view, Qt::Key_R);
    QCOMPARE(view->viewTransform().quarterTurns(), 1);
    QTest::keyClick(view, Qt::Key_D);
    QVERIFY(document->subtraction().enabled);
    QTest::keyClick(view, Qt::Key_Left, Qt::AltModifier);
    QTest::keyClick(view, Qt::Key_Left, Qt::AltModifier | Qt::ShiftModifier);
    QCOMPARE(document->subtraction().shift.dx, -1.1);
    QTest::keyClick(view, Qt::Key_C);
    QVERIFY(m_window->grid()->activeCine()->isPlaying());
}

void TestMainWindow::arrowKeysStayInLists()
{
    open(m_run);
    m_window->grid()->activeCine()->goTo(2);
    auto* tree = m_window->studies()->findChild<QAbstractItemView*>();
    QVERIFY(tree);
    tree->setFocus();
    QTest::keyClick(tree, Qt::Key_Up);
    QCOMPARE(m_window->grid()->activeDocument()->currentFrame(), 2);
}

void TestMainWindow::privacyHidesTreeAndTags()
{
    open(m_run);
    StudyModel* model = m_window->studies()->model();
    const QModelIndex patient = model->index(0, 0);
    QVERIFY(patient.data().toString().contains("Doe"));
    action("window.privacy")->trigger();
    QVERIFY(m_window->isPrivacy());
    QVERIFY(m_window->grid()->activeView()->isPrivacy());
    QCOMPARE(patient.data().toString(), QString("Patient 1"));
    QVERIFY(patient.data(StudyModel::SecondaryRole).toString().isEmpty());
    QVERIFY(mayIdentify({"(0010,0010)", "PN", "PatientName", "Doe^Jane", {}}));
    QVERIFY(mayIdentify({"(0010,0020)", "LO", "PatientID", "77", {}}));
    QVERIFY(mayIdentify({"(0009,1001)", "LO", "Private", "x", {}}));
    QVERIFY(!mayIdentify({"(0028,0010)", "US", "Rows", "512", {}}));
    action("window.privacy")->trigger();
    QVERIFY(patient.data().toString().contains("Doe"));
}

void TestMainWindow::fullScreenLeavesTilesAndResearchLine()
{
    open(m_run);
    auto* studies = m_window->findChild<QDockWidget*>("studies");
    action("window.fullScreen")->trigger();
    QVERIFY(!studies->isVisible());
    QVERIFY(m_window->grid()->isVisible());
    QVERIFY(m_window->findChild<ResearchLine*>()->isVisible());
    action("window.fullScreen")->trigger();
    QVERIFY(studies->isVisible());
}

void TestMainWindow::severalFilesFillTiles()
{
    m_window->begin({m_run, m_second}, false);
    QTRY_VERIFY(m_window->grid()->document(0) && m_window->grid()->document(1));
    QCOMPARE(m_window->grid()->columns(), 2);
    QVERIFY(action("layout.1x2")->isChecked());
    QCOMPARE(m_window->studies()->model()->neighbour(m_run, 1), m_second);
    QCOMPARE(m_window->studies()->model()->neighbour(m_second, 1), QString());
}

void TestMainWindow::displayStateIsRemembered()
{
    open(m_run);
    m_window->grid()->activeDocument()->setWindow(321, 123);
    m_window->close();
    m_window = std::make_unique<MainWindow>(m_studio->context);
    m_window->segmentation()->setLive(false);
    m_window->show();
    open(m_run);
    QCOMPARE(m_window->grid()->activeDocument()->window().center, 321.0);
    QCOMPARE(m_window->grid()->activeDocument()->window().width, 123.0);
}

void TestMainWindow::segIsAppliedToItsImageWhateverTheOrder()
{
    const auto image = test::realData("other/dicom_objects/cr_for_seg_cr_binary.dcm");
    const auto seg = test::realData("other/dicom_objects/seg_cr_binary.dcm");
    NEEDS_REAL_DATA(image);
    m_window->begin({QString::fromStdString(seg.string()), QString::fromStdString(image.string())}, false);
    QTRY_VERIFY(m_window->opener()->pendingCount() == 0 && m_window->grid()->document(1));
    QCOMPARE(m_window->grid()->document(1)->results().size(), std::size_t(1));
    for (const Issue& issue : m_studio->issues->issues())
        QVERIFY(issue.severity != Severity::Error);
}

void TestMainWindow::segWithoutItsImageIsAnIssue()
{
    const auto seg = test::realData("other/dicom_objects/seg_cr_binary.dcm");
    NEEDS_REAL_DATA(seg);
    m_window->begin({QString::fromStdString(seg.string())}, false);
    QTRY_VERIFY(m_studio->issues->rowCount() > 0);
    QVERIFY(m_studio->issues->index(m_studio->issues->rowCount() - 1, IssueModel::CauseColumn)
                .data()
                .toString()
                .startsWith("The object belongs to another image"));
    QVERIFY(!m_window->grid()->activeDocument());
}

void TestMainWindow::objectWithoutImageNamesItsKind()
{
    const auto report = test::realData("other/dicom_objects/sr_comprehensive.dcm");
    NEEDS_REAL_DATA(report);
    m_window->begin({QString::fromStdString(report.string())}, false);
    QTRY_COMPARE(m_studio->issues->rowCount(), 1);
    QVERIFY(
        m_studio->issues->index(0, IssueModel::CauseColumn).data().toString().contains("structured report"));
}

void TestMainWindow::folderShowsItsFirstRun()
{
    QTemporaryDir folder;
    for (const QString& run : {m_run, m_second})
        QVERIFY(QFile::copy(run, folder.filePath(QFileInfo(run).fileName())));
    m_window->begin({folder.path()}, false);
    QTRY_VERIFY(m_window->grid()->activeDocument());
    QCOMPARE(m_window->studies()->model()->imageCount(), 2);
    QCOMPARE(m_window->windowTitle(), QStringLiteral("run3.dcm – FedEFM Studio"));
}

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
