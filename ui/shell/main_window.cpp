// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include "core/base/version.h"
#include "ui/common/action_registry.h"
#include "ui/common/issue_model.h"
#include "ui/common/navigation_guard.h"
#include "ui/jobs/job_model.h"
#include "ui/shell/start_page.h"
#include "ui/shell/status_fields.h"
#include "ui/shell/study_panel.h"
#include "ui/shell/tags_panel.h"
#include "ui/viewer/calibration_dialog.h"
#include "ui/viewer/cine_bar.h"
#include "ui/viewer/found_strip.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/measurements_panel.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/segmentation_panel.h"
#include "ui/viewer/subtraction_panel.h"
#include "ui/viewer/viewer_grid.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QStackedWidget>
#include <QStatusBar>
#include <QUrl>
#include <QVBoxLayout>

namespace fedefm {

MainWindow::MainWindow(const AppContext& context, QWidget* parent)
    : QMainWindow(parent), m_context(context), m_opener(context), m_jobs(new JobModel(this)),
      m_segmentation(new SegmentationController(context.segmenters, this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    m_status = new StatusFields(context.issues, this);
    statusBar()->addPermanentWidget(m_status, 1);
    statusBar()->setSizeGripEnabled(false);
    buildCentre();
    buildDocks();
    buildMenus();
    buildToolBars();
    buildModeBar();
    connectParts();
    connectActions();
    context.actions->attachTo(this);
    qApp->installEventFilter(new NavigationGuard(this));
    setPrivacy(m_settings.privacy());
    onActiveChanged();
    resize(1440, 900);
}

MainWindow::~MainWindow()
{
    // Panels and threads must let go of the documents before the grid closes them.
    m_segmentation->cancelClip();
    disconnect(m_grid, nullptr, this, nullptr);
    m_segmentation->follow(nullptr);
    m_cineBar->setController(nullptr);
    m_foundStrip->setDocument(nullptr);
    m_segmentationPanel->setDocument(nullptr);
    m_subtractionPanel->setDocument(nullptr);
    m_measurementsPanel->setDocument(nullptr);
}

void MainWindow::buildCentre()
{
    m_grid = new ViewerGrid(this);
    m_cineBar = new CineBar(this);
    m_foundStrip = new FoundStrip(this);
    auto* viewer = new QWidget(this);
    auto* column = new QVBoxLayout(viewer);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_grid, 1);
    column->addWidget(m_cineBar);
    column->addWidget(m_foundStrip);
    m_startPage = new StartPage(this);
    m_centre = new QStackedWidget(this);
    m_centre->addWidget(viewer);
    m_centre->addWidget(m_startPage);
    auto* outer = new QWidget(this);
    auto* outerColumn = new QVBoxLayout(outer);
    outerColumn->setContentsMargins(0, 0, 0, 0);
    outerColumn->setSpacing(0);
    m_modes = new QStackedWidget(this);
    m_modes->addWidget(m_centre);
    outerColumn->addWidget(m_modes, 1);
    setCentralWidget(outer);
    m_chrome << m_cineBar << m_foundStrip;
}

void MainWindow::connectParts()
{
    const auto report = [this](const Error& error) { m_context.issues->report(error); };
    connect(&m_opener, &OpenController::sequenceOpened, this, &MainWindow::onSequenceOpened);
    connect(&m_opener, &OpenController::segRead, this, &MainWindow::onSegRead);
    connect(&m_opener, &OpenController::folderFound, m_studies, &StudyPanel::scan);
    connect(&m_opener, &OpenController::failed, this, [this](const Error& error) {
        m_context.issues->report(error);
        showIssues();
    });
    connect(&m_opener, &OpenController::pendingChanged, this, [this](int count) {
        if (count > 0)
            m_status->showMessage(tr("Opening…"), 0);
        else if (m_status->message() == tr("Opening…"))
            m_status->showMessage({});
        if (count == 0) {
            dropEmptyTiles();
            tryWaitingSegs();
        }
        updateCentre();
    });
    connect(m_grid, &ViewerGrid::activeChanged, this, &MainWindow::onActiveChanged);
    connect(m_grid, &ViewerGrid::toolChanged, this, &MainWindow::updateToolActions);
    connect(m_grid, &ViewerGrid::layoutChanged, this, &MainWindow::updateLayoutActions);
    connect(m_grid, &ViewerGrid::filesDropped, this,
            [this](int tile, const QStringList& paths) { openPaths(paths, OpenMode{}, tile); });
    connect(m_grid, &ViewerGrid::contextMenuWanted, this, &MainWindow::showContextMenu);
    connect(m_grid, &ViewerGrid::pointerMoved, m_status, &StatusFields::setPointer);
    connect(m_grid, &ViewerGrid::failed, this, report);
    connect(m_grid, &ViewerGrid::calibrationLineDrawn, this, [this](const QPointF& from, const QPointF& to) {
        if (m_grid->activeDocument())
            CalibrationDialog::openForLine(m_grid->activeDocument(), from, to, this);
    });
    connect(m_foundStrip, &FoundStrip::frameClicked, this, [this](int frame) {
        if (m_grid->activeCine())
            m_grid->activeCine()->goTo(frame);
    });
    connect(m_segmentation, &SegmentationController::failed, this, report);
    connect(m_segmentation, &SegmentationController::modelChanged, this, &MainWindow::updateActions);
    connect(m_segmentation, &SegmentationController::modelReplaced, this, [this](const QString& id) {
        for (int tile = 0; tile < ViewerGrid::kMostTiles; ++tile)
            if (SeriesDocument* document = m_grid->document(tile))
                document->clearResultsOf(id.toStdString());
    });
    connect(m_segmentation, &SegmentationController::liveChanged, this, &MainWindow::updateActions);
    connect(m_segmentation, &SegmentationController::clipFinished, this, &MainWindow::updateActions);
    connect(m_subtractionPanel, &SubtractionPanel::failed, this, report);
    connect(m_tagsPanel, &TagsPanel::failed, this, report);
    connect(m_jobs, &JobModel::failed, this, report);
    connect(m_measurementsPanel, &MeasurementsPanel::calibrateByLineWanted, this,
            [this] { m_grid->setTool(ToolId::Calibrate); });
    connect(m_studies, &StudyPanel::openRequested, this,
            [this](const QString& path) { m_opener.open(path, m_grid->activeTile(), OpenMode{}); });
    connect(m_studies->scanner(), &StudyScanner::finished, this, [this] {
        openFirstOfScan();
        tryWaitingSegs();
    });
    connect(m_studies, &StudyPanel::folderWanted, this, &MainWindow::askForFolder);
    connect(m_startPage, &StartPage::accepted, this, [this] { m_settings.acceptResearchUse(); });
    connect(m_startPage, &StartPage::demoWanted, this, &MainWindow::openDemo);
    connect(m_startPage, &StartPage::filesWanted, this, &MainWindow::askForFiles);
    connect(m_startPage, &StartPage::folderWanted, this, &MainWindow::askForFolder);
    connect(m_startPage, &StartPage::recentWanted, this, [this](const QString& path) {
        openPaths({path}, OpenMode{true, false});
    });
}

void MainWindow::begin(const QStringList& paths, bool demo)
{
    m_opening = false;
    const OpenMode playing{true, true};
    if (!paths.isEmpty())
        openPaths(paths, playing, 0);
    else if (demo || m_settings.isResearchUseAccepted())
        openDemo();
    if (!m_settings.isResearchUseAccepted() && (demo || !paths.isEmpty()))
        showResearchBanner();
    updateCentre();
}

void MainWindow::openDemo()
{
    setMode(WindowMode::View);
    m_opener.openDemo(m_grid->activeTile(), OpenMode{true, true});
}

void MainWindow::onActiveChanged()
{
    SeriesDocument* document = m_grid->activeDocument();
    disconnect(m_documentConnection);
    if (document)
        m_documentConnection =
            connect(document, &SeriesDocument::changed, this, [this](SeriesDocument::Changes what) {
                if (what & ~SeriesDocument::Changes(SeriesDocument::FrameIndex | SeriesDocument::Picture))
                    updateActions();
            });
    m_cineBar->setController(m_grid->activeCine());
    m_foundStrip->setDocument(document);
    m_segmentationPanel->setDocument(document);
    m_subtractionPanel->setDocument(document);
    m_measurementsPanel->setDocument(document);
    m_tagsPanel->setDocument(document);
    m_segmentation->follow(document);
    QStringList open;
    for (int tile = 0; tile < 4; ++tile)
        if (const SeriesDocument* shown = m_grid->document(tile))
            open.append(QString::fromStdString(shown->info().path));
    m_studies->setOpenPaths(open, document ? QString::fromStdString(document->info().path) : QString());
    updateTitle();
    updateCentre();
    updateActions();
}

void MainWindow::updateTitle()
{
    const SeriesDocument* document = m_grid->activeDocument();
    const QString product = QString::fromLatin1(kProductName);
    setWindowTitle(document ? QStringLiteral("%1 – %2").arg(document->title(), product) : product);
}

void MainWindow::updateCentre()
{
    bool isEmpty = m_grid->tileCount() == 1 && m_opener.pendingCount() == 0 && !m_opening;
    for (int tile = 0; tile < 4; ++tile)
        isEmpty = isEmpty && !m_grid->document(tile);
    if (isEmpty)
        m_startPage->refresh(m_settings.isResearchUseAccepted(), m_settings.recentFiles());
    m_centre->setCurrentIndex(isEmpty ? 1 : 0);
}

void MainWindow::applyLook()
{
    applyTheme(*qApp, m_settings.theme(), m_settings.fontPercent());
}

void MainWindow::restoreWindow()
{
    if (!m_settings.geometry().isEmpty())
        restoreGeometry(m_settings.geometry());
    if (!m_settings.windowState().isEmpty())
        restoreState(m_settings.windowState());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (isFullScreen())
        setFullScreen(false);
    // The next window begins in the View mode; what it remembers are that mode's panels.
    setMode(WindowMode::View);
    for (int tile = 0; tile < 4; ++tile)
        rememberDisplay(tile);
    m_settings.setWindow(saveGeometry(), saveState());
    m_jobs->cancelAll();
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::WindowStateChange)
        action("window.fullScreen")->setChecked(isFullScreen());
    QMainWindow::changeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths.append(url.toLocalFile());
    openPaths(paths, OpenMode{});
    event->acceptProposedAction();
}

} // namespace fedefm
