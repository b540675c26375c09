// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/action_definitions.h"

#include "ui/common/action_registry.h"

#include <QCoreApplication>

namespace fedefm {

namespace {

/// `keys` are portable sequences separated by spaces.
struct Definition
{
    const char* id;
    const char* group;
    const char* text;
    const char* keys;
    const char* icon;
    bool checkable;
};

constexpr bool kToggle = true;
constexpr bool kPlain = false;

constexpr Definition kDefinitions[]{
    {"file.open", "File", "&Open files…", "Ctrl+O", "open", kPlain},
    {"file.openFolder", "File", "Open &folder or DICOMDIR…", "Ctrl+Shift+O", "folder", kPlain},
    {"file.demo", "File", "Open the &demo sequence", "", "film", kPlain},
    {"file.export", "File", "&Export…", "Ctrl+E", "export", kPlain},
    {"file.deidentify", "File", "De-identified &copy…", "", "deidentify", kPlain},
    {"file.close", "File", "&Close sequence", "Ctrl+W", "close", kPlain},
    {"file.quit", "File", "&Quit", "Ctrl+Q", "", kPlain},
    {"file.stopAndQuit", "File", "S&top all runs and quit", "", "", kPlain},

    {"edit.undo", "Edit", "&Undo", "Ctrl+Z", "undo", kPlain},
    {"edit.redo", "Edit", "&Redo", "Ctrl+Shift+Z", "redo", kPlain},
    {"edit.settings", "Edit", "&Settings…", "Ctrl+,", "settings", kPlain},
    {"edit.shortcuts", "Edit", "&Keyboard shortcuts…", "", "keys", kPlain},

    {"cine.play", "Cine", "&Play or pause", "C", "play", kPlain},
    {"cine.previous", "Cine", "Previous frame", "Left Up", "step-back", kPlain},
    {"cine.next", "Cine", "Next frame", "Right Down", "step-forward", kPlain},
    {"cine.back10", "Cine", "Back 10 frames", "Shift+Left Shift+Up", "", kPlain},
    {"cine.forward10", "Cine", "Forward 10 frames", "Shift+Right Shift+Down", "", kPlain},
    {"cine.first", "Cine", "First frame", "Home", "first", kPlain},
    {"cine.last", "Cine", "Last frame", "End", "last", kPlain},
    {"cine.faster", "Cine", "Faster", "+", "", kPlain},
    {"cine.slower", "Cine", "Slower", "-", "", kPlain},
    {"series.previous", "Cine", "Previous run", "PgUp", "", kPlain},
    {"series.next", "Cine", "Next run", "PgDown", "", kPlain},

    {"tool.window", "Tools", "&Window and level", "W", "window", kToggle},
    {"tool.zoom", "Tools", "&Zoom", "Z", "zoom", kToggle},
    {"tool.pan", "Tools", "&Pan (translate)", "T", "pan", kToggle},
    {"tool.ruler", "Tools", "&Ruler (measure)", "M", "ruler", kToggle},
    {"tool.angle", "Tools", "&Angle", "A", "angle", kToggle},
    {"tool.calibrate", "Tools", "&Calibrate by a line", "Shift+M", "calibrate", kToggle},

    {"view.invert", "Picture", "&Invert", "I", "invert", kToggle},
    {"view.fit", "Picture", "&Fit to window", "F", "fit", kPlain},
    {"view.oneToOne", "Picture", "&One to one", "Shift+F", "one-to-one", kPlain},
    {"view.rotateRight", "Picture", "Rotate &right", "R", "rotate-right", kPlain},
    {"view.rotateLeft", "Picture", "Rotate &left", "L", "rotate-left", kPlain},
    {"view.flipHorizontal", "Picture", "Flip &horizontally", "H", "flip-h", kPlain},
    {"view.flipVertical", "Picture", "Flip &vertically", "V", "flip-v", kPlain},
    {"view.reset", "Picture", "Reset &view", "Shift+R", "reset", kPlain},
    {"window.addPreset", "Picture", "&Keep this window as preset", "Shift+W", "add", kPlain},

    {"overlay.visible", "Overlay", "&Segmentation overlay", "S", "overlay", kToggle},
    {"overlay.outline", "Overlay", "Outlines &only", "Shift+S", "outline", kToggle},
    {"overlay.fainter", "Overlay", "Overlay fainter", ",", "", kPlain},
    {"overlay.stronger", "Overlay", "Overlay stronger", ".", "", kPlain},
    {"overlay.text", "Overlay", "&Corner text", "Ctrl+T", "info", kToggle},
    {"overlay.dicom", "Overlay", "&Overlays of the file", "", "study", kToggle},
    {"overlay.shutter", "Overlay", "S&hutter of the file", "", "mask", kToggle},
    {"segment.live", "Overlay", "Segment frames as they are &shown", "G", "model", kToggle},
    {"segment.clip", "Overlay", "Segment the &whole clip", "Shift+G", "segment", kPlain},
    {"segment.cancel", "Overlay", "&Stop segmenting the clip", "", "cancel", kPlain},

    {"subtract.enabled", "Subtraction", "&Subtraction", "D", "subtract", kToggle},
    {"subtract.thisFrame", "Subtraction", "This frame as &mask", "Shift+D", "mask", kPlain},
    {"subtract.autoShift", "Subtraction", "&Register the mask", "U", "shift", kPlain},
    {"subtract.resetShift", "Subtraction", "&Undo the shift", "Shift+U", "reset", kPlain},
    {"subtract.left", "Subtraction", "Mask 1 px left", "Alt+Left", "", kPlain},
    {"subtract.right", "Subtraction", "Mask 1 px right", "Alt+Right", "", kPlain},
    {"subtract.up", "Subtraction", "Mask 1 px up", "Alt+Up", "", kPlain},
    {"subtract.down", "Subtraction", "Mask 1 px down", "Alt+Down", "", kPlain},
    {"subtract.fineLeft", "Subtraction", "Mask 0.1 px left", "Alt+Shift+Left", "", kPlain},
    {"subtract.fineRight", "Subtraction", "Mask 0.1 px right", "Alt+Shift+Right", "", kPlain},
    {"subtract.fineUp", "Subtraction", "Mask 0.1 px up", "Alt+Shift+Up", "", kPlain},
    {"subtract.fineDown", "Subtraction", "Mask 0.1 px down", "Alt+Shift+Down", "", kPlain},

    {"layout.1x1", "Window", "&One tile", "Ctrl+1", "layout-1x1", kToggle},
    {"layout.1x2", "Window", "&Two tiles", "Ctrl+2", "layout-1x2", kToggle},
    {"layout.2x2", "Window", "&Four tiles", "Ctrl+4", "layout-2x2", kToggle},
    {"layout.link", "Window", "&Link tiles (biplane)", "Ctrl+L", "link", kToggle},
    {"window.privacy", "Window", "&Privacy mode", "Ctrl+Alt+P", "privacy", kToggle},
    {"window.theme", "Window", "Light or &dark", "Ctrl+Alt+T", "theme", kPlain},
    {"window.fullScreen", "Window", "&Full screen, tiles only", "F11", "fullscreen", kToggle},

    {"mode.view", "Modes", "&View mode", "Alt+1", "view-mode", kToggle},
    {"mode.train", "Modes", "&Train mode", "Alt+3", "train-mode", kToggle},
    {"train.start", "Train", "&Start training", "Ctrl+Return", "add", kPlain},
    {"train.data", "Train", "&Data browser…", "Ctrl+D", "picture", kPlain},
    {"train.pause", "Train", "&Pause the run", "Ctrl+P", "pause", kPlain},
    {"train.goOn", "Train", "&Go on with the run", "Ctrl+G", "play", kPlain},
    {"train.stop", "Train", "S&top the run", "Ctrl+.", "stop", kPlain},
    {"train.useModel", "Train", "&Use this model in View mode", "Ctrl+U", "view-mode", kPlain},
    {"train.refresh", "Train", "&Read the runs again", "F5", "reset", kPlain},
    {"train.showAll", "Train", "Show &whole curves", "Ctrl+0", "fit", kPlain},
    {"train.logX", "Train", "Logarithmic &x", "Ctrl+Shift+X", "", kPlain},
    {"train.logY", "Train", "Logarithmic &y", "Ctrl+Shift+Y", "", kPlain},
    {"train.plot1", "Train", "Maximise plot 1", "Ctrl+Shift+1", "", kPlain},
    {"train.plot2", "Train", "Maximise plot 2", "Ctrl+Shift+2", "", kPlain},
    {"train.plot3", "Train", "Maximise plot 3", "Ctrl+Shift+3", "", kPlain},
    {"train.plot4", "Train", "Maximise plot 4", "Ctrl+Shift+4", "", kPlain},
    {"train.export.csv", "Train", "Export &values of the chosen runs (CSV)…", "", "export", kPlain},
    {"train.export.png", "Train", "Export plots as a &picture (PNG)…", "", "export", kPlain},
    {"train.export.pdf", "Train", "Export plots as a p&age (PDF)…", "", "export", kPlain},

    {"mode.federate", "Modes", "&Federate mode", "Alt+4", "federate-mode", kToggle},
    {"federate.new", "Federate", "&New session…", "Ctrl+N", "add", kPlain},
    {"federate.openPlan", "Federate", "&Open a plan…", "Ctrl+Shift+N", "open", kPlain},
    {"federate.savePlan", "Federate", "&Write the plan to a file…", "", "save", kPlain},
    {"federate.start", "Federate", "&Start the session", "Ctrl+Shift+Return", "done", kPlain},
    {"federate.pause", "Federate", "&Pause the session", "Ctrl+Shift+P", "pause", kPlain},
    {"federate.goOn", "Federate", "&Go on with the session", "Ctrl+Shift+G", "play", kPlain},
    {"federate.goBack", "Federate", "Go on &behind the chosen round", "", "", kPlain},
    {"federate.stop", "Federate", "S&top the session", "Ctrl+Shift+K", "stop", kPlain},
    {"federate.admit", "Federate", "&Admit the silo", "Ctrl+Shift+A", "link", kPlain},
    {"federate.drop", "Federate", "&Drop the silo", "Ctrl+Shift+D", "remove", kPlain},
    {"federate.newest", "Federate", "Follow the ne&west round", "Ctrl+Shift+End", "last", kPlain},
    {"federate.fineTune", "Federate", "&Fine-tune from the merged model…", "Ctrl+Shift+F", "train-mode",
     kPlain},
    {"federate.useModel", "Federate", "&Use the merged model in View mode", "Ctrl+Shift+U", "view-mode",
     kPlain},
    {"federate.saveModel", "Federate", "Save the &merged model…", "Ctrl+Shift+M", "export", kPlain},
    {"federate.showAll", "Federate", "Show w&hole curves", "Ctrl+Alt+0", "fit", kPlain},
    {"federate.logX", "Federate", "Logarithmic &x", "Ctrl+Alt+X", "", kPlain},
    {"federate.logY", "Federate", "Logarithmic &y", "Ctrl+Alt+Y", "", kPlain},
    {"federate.export.csv", "Federate", "Export &values of the session (CSV)…", "", "export", kPlain},
    {"federate.export.png", "Federate", "Export plots as a p&icture (PNG)…", "", "export", kPlain},
    {"federate.export.pdf", "Federate", "Export plots as a pag&e (PDF)…", "", "export", kPlain},

    {"help.search", "Help", "&Search actions", "Ctrl+/", "search", kPlain},
    {"help.keys", "Help", "&Keys and mouse", "F1", "keys", kPlain},
    {"help.modules", "Help", "&Modules…", "", "modules", kPlain},
    {"help.about", "Help", "&About FedEFM Studio", "", "help", kPlain},
};

QString translated(const char* source)
{
    return QCoreApplication::translate("Actions", source);
}

QList<QKeySequence> sequences(const char* keys)
{
    QList<QKeySequence> list;
    for (const QString& key : QString::fromLatin1(keys).split(QLatin1Char(' '), Qt::SkipEmptyParts))
        list.append(QKeySequence(key, QKeySequence::PortableText));
    return list;
}

void definePresets(ActionRegistry& actions)
{
    for (int number = 0; number <= 9; ++number) {
        const QString text = number == 0   ? translated("Automatic window")
                             : number == 1 ? translated("Window of the file")
                                           : translated("Window preset %1").arg(number);
        actions.add(QStringLiteral("window.preset%1").arg(number), translated("Picture"), text,
                    {QKeySequence(QString::number(number))});
    }
}

} // namespace

void defineActions(ActionRegistry& actions)
{
    for (const Definition& d : kDefinitions)
        actions.add(QString::fromLatin1(d.id), translated(d.group), translated(d.text), sequences(d.keys),
                    QString::fromLatin1(d.icon), d.checkable);
    definePresets(actions);
}

} // namespace fedefm
