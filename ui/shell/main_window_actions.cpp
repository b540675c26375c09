// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/run_store.h"
#include "ui/common/action_registry.h"
#include "ui/common/action_search.h"
#include "ui/common/issue_model.h"
#include "ui/common/key_sheet.h"
#include "ui/common/shortcut_editor.h"
#include "ui/federate/federate_mode.h"
#include "ui/shell/dialogs.h"
#include "ui/shell/main_window.h"
#include "ui/shell/status_fields.h"
#include "ui/train/train_mode.h"
#include "ui/viewer/image_view.h"
#include "ui/viewer/segmentation_controller.h"
#include "ui/viewer/viewer_grid.h"

#include <QAction>
#include <QInputDialog>

#include <algorithm>

namespace fedefm {

namespace {

constexpr double kOpacityStep = 0.1;
constexpr double kFineShiftPx = 0.1;
constexpr double kSpeeds[]{0.25, 0.5, 1.0, 2.0, 4.0};

double nextSpeed(double speed, int step)
{
    const auto it = std::lower_bound(std::begin(kSpeeds), std::end(kSpeeds), speed - 1e-9);
    const auto at = std::distance(std::begin(kSpeeds), it) + step;
    return kSpeeds[std::clamp<std::ptrdiff_t>(at, 0, std::size(kSpeeds) - 1)];
}

template <typename Change> void changeStyle(SeriesDocument& document, Change change)
{
    OverlayStyle style = document.overlayStyle();
    change(style);
    document.setOverlayStyle(style);
}

void showDialog(QDialog* dialog)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

} // namespace

void MainWindow::on(const char* id, const std::function<void()>& run)
{
    connect(action(id), &QAction::triggered, this, [run] { run(); });
}

void MainWindow::onDocument(const char* id, const std::function<void(SeriesDocument&)>& run)
{
    on(id, [this, run] {
        if (SeriesDocument* document = m_grid->activeDocument())
            run(*document);
    });
}

void MainWindow::onCine(const char* id, const std::function<void(CineController&)>& run)
{
    on(id, [this, run] {
        if (CineController* cine = m_grid->activeCine())
            run(*cine);
    });
}

void MainWindow::connectActions()
{
    connectFileActions();
    connectCineActions();
    connectPictureActions();
    connectOverlayActions();
    connectSubtractionActions();
    connectWindowActions();
    connectHelpActions();
    updateToolActions(m_grid->tool());
    updateLayoutActions();
}

void MainWindow::connectFileActions()
{
    on("file.open", [this] { askForFiles(); });
    on("file.openFolder", [this] { askForFolder(); });
    on("file.demo", [this] { openDemo(); });
    on("file.export", [this] { exportActive(); });
    on("file.deidentify", [this] { deidentifyActive(); });
    on("file.close", [this] { closeActive(); });
    on("file.quit", [this] { close(); });
    on("file.stopAndQuit", [this] { stopRunsAndQuit(); });
    onDocument("edit.undo", [](SeriesDocument& d) { d.undoStack()->undo(); });
    onDocument("edit.redo", [](SeriesDocument& d) { d.undoStack()->redo(); });
    on("edit.shortcuts", [this] { showDialog(new ShortcutEditor(m_context.actions, this)); });
    on("edit.settings", [this] {
        auto* dialog = new SettingsDialog(this);
        connect(dialog, &SettingsDialog::lookChanged, this, &MainWindow::applyLook);
        showDialog(dialog);
    });
}

/// Runs go on when the window is closed, unless this is asked for.
void MainWindow::stopRunsAndQuit()
{
    if ((m_train && m_train->isStarting()) || (m_federate && m_federate->isStarting())) {
        m_context.issues->report({Severity::Warning, tr("Runs"), tr("A run is just starting."),
                                  tr("Stop all runs when it is in the list.")});
        return showIssues();
    }
    bool areToldAll = true;
    for (const RunSummary& run : listRuns(defaultRunsFolder())) {
        if (run.state != RunState::Running && run.state != RunState::Paused)
            continue;
        const Status told = sendRunCommand(run.folder, "stop");
        // One that has ended by now is no error.
        if (told || told.error().code == ErrorCode::InvalidArgument)
            continue;
        m_context.issues->report(told.error());
        areToldAll = false;
    }
    if (areToldAll)
        close();
    else
        showIssues();
}

void MainWindow::connectCineActions()
{
    onCine("cine.play", [](CineController& c) { c.togglePlay(); });
    onCine("cine.previous", [](CineController& c) { c.step(-1); });
    onCine("cine.next", [](CineController& c) { c.step(1); });
    onCine("cine.back10", [](CineController& c) { c.step(-10); });
    onCine("cine.forward10", [](CineController& c) { c.step(10); });
    onCine("cine.first", [](CineController& c) { c.goTo(c.first()); });
    onCine("cine.last", [](CineController& c) { c.goTo(c.last()); });
    onCine("cine.faster", [](CineController& c) { c.setSpeed(nextSpeed(c.speed(), 1)); });
    onCine("cine.slower", [](CineController& c) { c.setSpeed(nextSpeed(c.speed(), -1)); });
    on("series.previous", [this] { openNeighbour(-1); });
    on("series.next", [this] { openNeighbour(1); });
}

void MainWindow::connectPictureActions()
{
    const std::pair<const char*, ToolId> tools[]{{"tool.window", ToolId::WindowLevel},
                                                 {"tool.zoom", ToolId::Zoom},
                                                 {"tool.pan", ToolId::Pan},
                                                 {"tool.ruler", ToolId::Ruler},
                                                 {"tool.angle", ToolId::Angle},
                                                 {"tool.calibrate", ToolId::Calibrate}};
    for (const auto& [id, tool] : tools)
        on(id, [this, chosen = tool] { m_grid->setTool(chosen); });
    const auto onView = [this](const char* id, const std::function<void(ViewTransform&, QPointF)>& run) {
        on(id, [this, run] {
            ImageView* view = m_grid->activeView();
            run(view->viewTransform(), QRectF(view->rect()).center());
            view->update();
            Q_EMIT view->viewChanged();
        });
    };
    onView("view.fit", [](ViewTransform& t, QPointF) { t.fit(); });
    onView("view.oneToOne", [](ViewTransform& t, QPointF centre) { t.setOneToOne(centre); });
    onView("view.rotateRight", [](ViewTransform& t, QPointF) { t.rotateRight(); });
    onView("view.rotateLeft", [](ViewTransform& t, QPointF) { t.rotateLeft(); });
    onView("view.flipHorizontal", [](ViewTransform& t, QPointF) { t.flipHorizontal(); });
    onView("view.flipVertical", [](ViewTransform& t, QPointF) { t.flipVertical(); });
    onView("view.reset", [](ViewTransform& t, QPointF) {
        t.resetOrientation();
        t.fit();
    });
    onDocument("view.invert", [](SeriesDocument& d) { d.setInvert(!d.transform().invert); });
    for (int number = 0; number <= 9; ++number)
        onDocument(qPrintable(QStringLiteral("window.preset%1").arg(number)),
                   [number](SeriesDocument& d) { d.applyPreset(number); });
    on("window.addPreset", [this] {
        if (!m_grid->activeDocument())
            return;
        auto* dialog = new QInputDialog(this);
        dialog->setWindowTitle(tr("Keep this window"));
        dialog->setLabelText(tr("Name of the preset:"));
        connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& name) {
            if (m_grid->activeDocument() && !name.trimmed().isEmpty())
                m_grid->activeDocument()->addUserPreset(name.trimmed());
        });
        showDialog(dialog);
    });
}

void MainWindow::connectOverlayActions()
{
    onDocument("overlay.visible",
               [](SeriesDocument& d) { changeStyle(d, [](OverlayStyle& s) { s.visible = !s.visible; }); });
    onDocument("overlay.outline", [](SeriesDocument& d) {
        changeStyle(d, [](OverlayStyle& s) { s.outlineOnly = !s.outlineOnly; });
    });
    onDocument("overlay.text",
               [](SeriesDocument& d) { changeStyle(d, [](OverlayStyle& s) { s.text = !s.text; }); });
    onDocument("overlay.dicom", [](SeriesDocument& d) {
        changeStyle(d, [](OverlayStyle& s) { s.dicomOverlays = !s.dicomOverlays; });
    });
    onDocument("overlay.shutter",
               [](SeriesDocument& d) { changeStyle(d, [](OverlayStyle& s) { s.shutter = !s.shutter; }); });
    for (const auto& [id, step] :
         {std::pair{"overlay.fainter", -kOpacityStep}, std::pair{"overlay.stronger", kOpacityStep}})
        onDocument(id, [change = step](SeriesDocument& d) {
            changeStyle(d,
                        [change](OverlayStyle& s) { s.opacity = std::clamp(s.opacity + change, 0.1, 1.0); });
        });
    on("segment.live", [this] { m_segmentation->setLive(!m_segmentation->isLive()); });
    onDocument("segment.clip", [this](SeriesDocument& d) {
        m_segmentation->segmentClip(&d);
        updateActions();
    });
    on("segment.cancel", [this] { m_segmentation->cancelClip(); });
}

void MainWindow::connectSubtractionActions()
{
    onDocument("subtract.enabled", [](SeriesDocument& d) {
        SubtractionState state = d.subtraction();
        state.enabled = !state.enabled;
        if (state.maskFrames.empty()) {
            state.useFileMask = d.info().maskSubtraction.has_value();
            if (!state.useFileMask)
                state.maskFrames = {0};
        }
        d.setSubtraction(state);
    });
    onDocument("subtract.thisFrame", [](SeriesDocument& d) {
        SubtractionState state = d.subtraction();
        state.maskFrames = {d.currentFrame()};
        state.useFileMask = false;
        state.enabled = true;
        d.setSubtraction(state);
    });
    onDocument("subtract.autoShift", [this](SeriesDocument& d) {
        if (const Status status = d.autoShift(); !status)
            m_context.issues->report(status.error(), Severity::Warning);
    });
    onDocument("subtract.resetShift", [](SeriesDocument& d) {
        SubtractionState state = d.subtraction();
        state.shift = {};
        d.setSubtraction(state);
    });
    struct Move
    {
        const char* id;
        double dx;
        double dy;
    };
    for (const Move& move :
         {Move{"subtract.left", -1, 0}, Move{"subtract.right", 1, 0}, Move{"subtract.up", 0, -1},
          Move{"subtract.down", 0, 1}, Move{"subtract.fineLeft", -kFineShiftPx, 0},
          Move{"subtract.fineRight", kFineShiftPx, 0}, Move{"subtract.fineUp", 0, -kFineShiftPx},
          Move{"subtract.fineDown", 0, kFineShiftPx}})
        onDocument(move.id, [dx = move.dx, dy = move.dy](SeriesDocument& d) { d.shiftMask(dx, dy); });
}

void MainWindow::connectWindowActions()
{
    on("layout.1x1", [this] { m_grid->setLayoutShape(1, 1); });
    on("layout.1x2", [this] { m_grid->setLayoutShape(1, 2); });
    on("layout.2x2", [this] { m_grid->setLayoutShape(2, 2); });
    on("layout.link", [this] { m_grid->setLinked(action("layout.link")->isChecked()); });
    on("window.privacy", [this] { setPrivacy(!m_privacy); });
    on("window.theme", [this] {
        const bool isDark = palette().color(QPalette::Window).lightnessF() < 0.5;
        m_settings.setTheme(isDark ? ThemeChoice::Light : ThemeChoice::Dark);
        applyLook();
    });
    on("window.fullScreen", [this] { setFullScreen(!isFullScreen()); });
}

void MainWindow::connectHelpActions()
{
    auto* search = new ActionSearch(m_context.actions, this);
    on("help.search", [search] { search->popUp(); });
    on("help.keys", [this] { showDialog(new KeySheet(m_context.actions, this)); });
    on("help.modules", [this] {
        static const std::vector<ModuleEntry> none;
        showDialog(new ModulesDialog(m_context.modules ? m_context.modules->entries() : none, this));
    });
    on("help.about", [this] { showDialog(new AboutDialog(this)); });
}

void MainWindow::updateEnabled(const SeriesDocument* document)
{
    const bool isView = m_mode == WindowMode::View;
    static const QSet<QString> needDocument{"cine", "view", "overlay", "subtract"};
    static const QSet<QString> ofView{"tool", "layout", "segment", "series"};
    for (const QString& id : m_context.actions->ids()) {
        const QString family = id.section(QLatin1Char('.'), 0, 0);
        QAction* entry = m_context.actions->action(id);
        if (needDocument.contains(family) || id.startsWith(QLatin1String("window.preset")) ||
            id == QLatin1String("window.addPreset") || id == QLatin1String("file.export") ||
            id == QLatin1String("file.close") || id == QLatin1String("file.deidentify"))
            entry->setEnabled(isView && document);
        else if (ofView.contains(family))
            entry->setEnabled(isView);
        else if (family == QLatin1String("train"))
            entry->setEnabled(m_mode == WindowMode::Train);
        else if (family == QLatin1String("federate"))
            entry->setEnabled(false);
    }
    if (m_train)
        m_train->updateActions();
    if (m_federate)
        m_federate->updateActions();
}

void MainWindow::updateActions()
{
    const SeriesDocument* document = m_mode == WindowMode::View ? m_grid->activeDocument() : nullptr;
    updateEnabled(document);
    if (document) {
        action("view.invert")->setChecked(document->transform().invert);
        action("overlay.visible")->setChecked(document->overlayStyle().visible);
        action("overlay.outline")->setChecked(document->overlayStyle().outlineOnly);
        action("overlay.text")->setChecked(document->overlayStyle().text);
        action("overlay.dicom")->setChecked(document->overlayStyle().dicomOverlays);
        action("overlay.shutter")->setChecked(document->overlayStyle().shutter);
        action("subtract.enabled")->setChecked(document->subtraction().enabled);
        action("subtract.enabled")->setEnabled(document->canSubtract());
        action("file.deidentify")->setEnabled(!document->info().ids.sopInstanceUid.empty());
    }
    QUndoStack* undo = document ? m_grid->activeDocument()->undoStack() : nullptr;
    action("edit.undo")->setEnabled(undo && undo->canUndo());
    action("edit.redo")->setEnabled(undo && undo->canRedo());
    action("segment.live")->setChecked(m_segmentation->isLive());
    action("segment.clip")->setEnabled(document && !m_segmentation->isClipRunning());
    action("segment.cancel")->setEnabled(m_segmentation->isClipRunning());
    QString model;
    for (const ModelCard& card : m_segmentation->models())
        if (QString::fromStdString(card.id) == m_segmentation->modelId())
            model = QStringLiteral("%1 %2").arg(QString::fromStdString(card.name),
                                                QString::fromStdString(card.version));
    m_status->setModel(model);
}

void MainWindow::updateToolActions(ToolId tool)
{
    const std::pair<const char*, ToolId> tools[]{{"tool.window", ToolId::WindowLevel},
                                                 {"tool.zoom", ToolId::Zoom},
                                                 {"tool.pan", ToolId::Pan},
                                                 {"tool.ruler", ToolId::Ruler},
                                                 {"tool.angle", ToolId::Angle},
                                                 {"tool.calibrate", ToolId::Calibrate}};
    for (const auto& [id, known] : tools)
        if (known == tool)
            action(id)->setChecked(true);
}

void MainWindow::updateLayoutActions()
{
    const int tiles = m_grid->tileCount();
    action(tiles == 1 ? "layout.1x1" : tiles == 2 ? "layout.1x2" : "layout.2x2")->setChecked(true);
    action("layout.link")->setChecked(m_grid->isLinked());
    updateCentre();
}

} // namespace fedefm
