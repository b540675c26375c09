// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;

namespace fedefm {

class ConfigDraft;
class ConfigForm;

/// Right side of the Train mode: presets, the form beside its JSON, and Start.
class ConfigPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ConfigPanel(ConfigDraft* draft, QWidget* parent = nullptr);

    ConfigForm* form() const { return m_form; }
    QPlainTextEdit* jsonText() const { return m_json; }
    /// Takes over what is still being typed. Where something is wrong: false, and the caret stands there.
    bool isReady();
    void loadPreset(const QString& name);
    void setStarting(bool starting); ///< between the click and the first sign of the run

Q_SIGNALS:
    void startWanted();
    void dataBrowserWanted();
    void failed(const fedefm::Error& error);

private:
    QWidget* buildHead();
    QWidget* buildTabs();
    QWidget* buildFoot();
    void refresh();
    void showProblem(const std::string& key);
    void openFile();
    void saveFile();

    ConfigDraft* m_draft;
    QComboBox* m_presets = nullptr;
    QTabWidget* m_tabs = nullptr;
    ConfigForm* m_form = nullptr;
    QPlainTextEdit* m_json = nullptr;
    QLabel* m_problem = nullptr;
    QPushButton* m_start = nullptr;
};

} // namespace fedefm
