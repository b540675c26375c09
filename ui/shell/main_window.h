// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/app_context.h"
#include "ui/common/settings.h"
#include "ui/shell/open_controller.h"
#include "ui/tools/tool.h"

#include <QMainWindow>
#include <QSet>

#include <functional>

class QDockWidget;
class QMenu;
class QStackedWidget;
class QToolBar;

namespace fedefm {

class CineBar;
class CineController;
class FederateMode;
class FoldSection;
class FoundStrip;
class JobModel;
class MeasurementsPanel;
class SegmentationController;
class SegmentationPanel;
class SeriesDocument;
class StartPage;
class StatusFields;
class StudyPanel;
class SubtractionPanel;
class TagsPanel;
class TrainMode;
class ViewerGrid;

/// What the window is used for; Annotate is to come.
enum class WindowMode { View, Train, Federate };

/// The window: study tree, tiles with cine bar, side panels, issues and jobs, and the other modes beside
/// them. It wires parts together; what they do is theirs. The title never shows identity.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// `context.actions` must hold defineActions(); its actions are connected here.
    explicit MainWindow(const AppContext& context, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Files, folders, DICOMDIRs; several images fill several tiles. Never blocks.
    void openPaths(const QStringList& paths, OpenMode mode, int firstTile = -1);
    void openDemo();
    /// At start: what the command line asked for, else the demo (after acceptance).
    void begin(const QStringList& paths, bool demo);
    void restoreWindow();
    void applyLook();

    ViewerGrid* grid() const { return m_grid; }
    StudyPanel* studies() const { return m_studies; }
    OpenController* opener() { return &m_opener; }
    JobModel* jobs() const { return m_jobs; }
    SegmentationController* segmentation() const { return m_segmentation; }
    bool isPrivacy() const { return m_privacy; }
    void setMode(WindowMode mode);
    WindowMode mode() const { return m_mode; }
    TrainMode* train() const { return m_train; }          ///< nullptr until the mode is first entered
    FederateMode* federate() const { return m_federate; } ///< likewise

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // main_window.cpp
    void buildCentre();
    void connectParts();
    void updateTitle();
    void updateCentre();
    void onActiveChanged();
    void onDocumentChanged();

    // main_window_panels.cpp
    void buildDocks();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content,
                         Qt::DockWidgetArea area);
    FoldSection* addSection(const QString& key, const QString& title, QWidget* content, bool unfolded);
    void setFullScreen(bool on);
    void setPrivacy(bool privacy);
    void showIssues();
    void showResearchBanner();

    // main_window_menus.cpp
    void buildMenus();
    void buildToolBars();
    QToolBar* toolBarOf(const QString& name, const QString& title, const QStringList& ids);
    QMenu* menuOf(const QString& title, const QStringList& ids);
    void fillRecentMenu();
    void showContextMenu(const QPoint& globalPosition);
    QAction* action(const char* id) const;

    // main_window_modes.cpp
    void buildModeBar();
    void enterTrain();
    void enterFederate();
    void useModelFile(const QString& file);
    void showPage(int page);
    void hideViewParts();
    void showViewParts();

    // main_window_actions.cpp
    void connectActions();
    void connectFileActions();
    void stopRunsAndQuit();
    void connectCineActions();
    void connectPictureActions();
    void connectOverlayActions();
    void connectSubtractionActions();
    void connectWindowActions();
    void connectHelpActions();
    void on(const char* id, const std::function<void()>& run);
    void onDocument(const char* id, const std::function<void(SeriesDocument&)>& run);
    void onCine(const char* id, const std::function<void(CineController&)>& run);
    void updateActions();
    void updateEnabled(const SeriesDocument* document);
    void updateToolActions(ToolId tool);
    void updateLayoutActions();

    // main_window_documents.cpp
    void askForFiles();
    void askForFolder();
    void openNeighbour(int step);
    void dropEmptyTiles();  ///< when files that were given several tiles were no images
    void openFirstOfScan(); ///< so that opening a folder shows something
    void onSequenceOpened(int tile, const SequencePtr& sequence, OpenMode mode);
    void onSegRead(const ReadSeg& seg);
    bool applySeg(const ReadSeg& seg, SeriesDocument& document);
    void tryWaitingSegs();
    void rememberDisplay(int tile) const;
    void exportActive();
    void deidentifyActive();
    void startDeidentify(const QString& source, const QString& target);
    void closeActive();

    AppContext m_context;
    Settings m_settings;
    OpenController m_opener;
    JobModel* m_jobs = nullptr;
    SegmentationController* m_segmentation = nullptr;

    QStackedWidget* m_modes = nullptr;
    QStackedWidget* m_centre = nullptr; ///< of the View mode
    TrainMode* m_train = nullptr;
    FederateMode* m_federate = nullptr;
    StartPage* m_startPage = nullptr;
    QWidget* m_banner = nullptr;
    ViewerGrid* m_grid = nullptr;
    CineBar* m_cineBar = nullptr;
    FoundStrip* m_foundStrip = nullptr;
    StudyPanel* m_studies = nullptr;
    SegmentationPanel* m_segmentationPanel = nullptr;
    SubtractionPanel* m_subtractionPanel = nullptr;
    MeasurementsPanel* m_measurementsPanel = nullptr;
    TagsPanel* m_tagsPanel = nullptr;
    StatusFields* m_status = nullptr;
    QDockWidget* m_studyDock = nullptr;
    QDockWidget* m_sideDock = nullptr;
    QToolBar* m_viewBar = nullptr;
    QToolBar* m_trainBar = nullptr;
    QToolBar* m_federateBar = nullptr;
    QDockWidget* m_issuesDock = nullptr;
    QDockWidget* m_jobsDock = nullptr;
    QWidget* m_sections = nullptr;
    QList<QWidget*> m_chrome; ///< what full screen hides
    QList<QWidget*> m_hiddenByFullScreen;
    QList<QWidget*> m_hiddenByMode;
    WindowMode m_mode = WindowMode::View;
    QMenu* m_recentMenu = nullptr;

    QMetaObject::Connection m_documentConnection;
    std::vector<ReadSeg> m_waitingSegs; ///< their source image is being opened
    QSet<QString> m_triedSources;
    bool m_privacy = false;
    bool m_layoutGrown = false;
    bool m_opening = true; ///< until begin(): nothing is open yet, but the start page would flash
};

} // namespace fedefm
