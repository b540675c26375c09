// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/version.h"
#include "ui/common/action_registry.h"
#include "ui/common/issues_panel.h"
#include "ui/jobs/job_model.h"
#include "ui/jobs/jobs_panel.h"
#include "ui/shell/fold_section.h"
#include "ui/shell/main_window.h"
#include "ui/shell/status_fields.h"
#include "ui/shell/study_panel.h"
#include "ui/shell/tags_panel.h"
#include "ui/viewer/measurements_panel.h"
#include "ui/viewer/panel_parts.h"
#include "ui/viewer/segmentation_panel.h"
#include "ui/viewer/subtraction_panel.h"
#include "ui/viewer/viewer_grid.h"

#include <QAction>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

namespace {

constexpr int kStudyWidthPx = 250;
constexpr int kSideWidthPx = 320;
constexpr int kIssuesHeightPx = 150;

/// A slim heading; the dock can still be dragged by it.
QWidget* dockTitle(QDockWidget* dock)
{
    auto* bar = new QWidget(dock);
    auto* label = new QLabel(dock->windowTitle(), bar);
    label->setObjectName(QStringLiteral("dockTitle"));
    QToolButton* close =
        iconButton(QStringLiteral("close"), MainWindow::tr("Hide %1").arg(dock->windowTitle()), {}, bar);
    close->setIconSize({14, 14});
    close->setFocusPolicy(Qt::TabFocus);
    QObject::connect(close, &QToolButton::clicked, dock, &QDockWidget::hide);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(6, 1, 2, 1);
    row->addWidget(label, 1);
    row->addWidget(close);
    return bar;
}

} // namespace

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* content,
                                 Qt::DockWidgetArea area)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setTitleBarWidget(dockTitle(dock));
    dock->setWidget(content);
    addDockWidget(area, dock);
    m_chrome << dock;
    return dock;
}

FoldSection* MainWindow::addSection(const QString& key, const QString& title, QWidget* content, bool unfolded)
{
    auto* section = new FoldSection(key, title, content, unfolded, m_sections);
    auto* column = static_cast<QVBoxLayout*>(m_sections->layout());
    column->addWidget(section, section->isUnfolded() ? 1 : 0);
    // What is unfolded shares the height; each panel scrolls for itself.
    connect(section, &FoldSection::folded, column,
            [column, section](bool isUnfolded) { column->setStretchFactor(section, isUnfolded ? 1 : 0); });
    return section;
}

void MainWindow::buildDocks()
{
    m_studies = new StudyPanel(m_context, this);
    m_studyDock = addDock(QStringLiteral("studies"), tr("Studies"), m_studies, Qt::LeftDockWidgetArea);

    m_segmentationPanel = new SegmentationPanel(m_segmentation, this);
    m_subtractionPanel = new SubtractionPanel(m_jobs, this);
    m_measurementsPanel = new MeasurementsPanel(this);
    m_tagsPanel = new TagsPanel(this);
    m_sections = new QWidget(this);
    auto* column = new QVBoxLayout(m_sections);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    addSection(QStringLiteral("segmentation"), tr("Segmentation"), m_segmentationPanel, true);
    addSection(QStringLiteral("subtraction"), tr("Subtraction"), m_subtractionPanel, false);
    addSection(QStringLiteral("measurements"), tr("Measurements"), m_measurementsPanel, false);
    addSection(QStringLiteral("tags"), tr("Tags"), m_tagsPanel, false);
    column->addStretch();
    m_sections->setMinimumWidth(260);
    m_sideDock = addDock(QStringLiteral("panels"), tr("Panels"), m_sections, Qt::RightDockWidgetArea);

    m_issuesDock = addDock(QStringLiteral("issues"), tr("Issues"), new IssuesPanel(m_context.issues, this),
                           Qt::BottomDockWidgetArea);
    m_jobsDock =
        addDock(QStringLiteral("jobs"), tr("Jobs"), new JobsPanel(m_jobs, this), Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    resizeDocks({m_studyDock, m_sideDock}, {kStudyWidthPx, kSideWidthPx}, Qt::Horizontal);
    resizeDocks({m_issuesDock, m_jobsDock}, {kIssuesHeightPx, kIssuesHeightPx}, Qt::Vertical);
    m_issuesDock->hide();
    m_jobsDock->hide();
    connect(m_status, &StatusFields::issuesClicked, this,
            [this] { m_issuesDock->setVisible(!m_issuesDock->isVisible()); });
    connect(m_jobs, &JobModel::runningCountChanged, this, [this](int count) {
        if (count > 0 && !isFullScreen())
            m_jobsDock->show();
    });
}

void MainWindow::showIssues()
{
    if (!isFullScreen())
        m_issuesDock->show();
}

void MainWindow::setFullScreen(bool on)
{
    if (on == isFullScreen())
        return;
    if (on) {
        m_hiddenByFullScreen.clear();
        for (QWidget* part : m_chrome + QList<QWidget*>{menuBar()}) {
            if (part->isVisible()) {
                m_hiddenByFullScreen << part;
                part->hide();
            }
        }
    } else {
        for (QWidget* part : m_hiddenByFullScreen)
            part->show();
        m_hiddenByFullScreen.clear();
    }
    m_status->setOnlyResearchLine(on);
    setWindowState(windowState().setFlag(Qt::WindowFullScreen, on));
}

void MainWindow::setPrivacy(bool privacy)
{
    m_privacy = privacy;
    m_settings.setPrivacy(privacy);
    m_grid->setPrivacy(privacy);
    m_studies->setPrivacy(privacy);
    m_tagsPanel->setPrivacy(privacy);
    action("window.privacy")->setChecked(privacy);
}

void MainWindow::showResearchBanner()
{
    auto* banner = new QFrame(this);
    banner->setObjectName(QStringLiteral("researchBanner"));
    auto* text = new QLabel(tr("<b>%1.</b> This is not a medical device; its results can be wrong.")
                                .arg(QString::fromLatin1(kResearchUse)),
                            banner);
    auto* accept = new QPushButton(tr("I understand"), banner);
    accept->setAccessibleName(tr("Accept research use only"));
    auto* row = new QHBoxLayout(banner);
    row->setContentsMargins(12, 4, 8, 4);
    row->addWidget(text, 1);
    row->addWidget(accept);
    static_cast<QVBoxLayout*>(centralWidget()->layout())->insertWidget(0, banner);
    m_banner = banner;
    connect(accept, &QPushButton::clicked, this, [this] {
        m_settings.acceptResearchUse();
        m_banner->deleteLater();
        m_banner = nullptr;
    });
}

} // namespace fedefm
