// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/config_panel.h"

#include "ui/train/config_draft.h"
#include "ui/train/config_form.h"
#include "ui/train/config_presets.h"
#include "ui/train/config_schema.h"
#include "ui/viewer/panel_parts.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kMarginPx = 8;

bool needsFiles(const nlohmann::json& data)
{
    if (data.is_object() && data.contains("path"))
        return true;
    return data.is_structured() && std::any_of(data.begin(), data.end(), needsFiles);
}

bool isFirstChoice(const nlohmann::json& document)
{
    const nlohmann::json sets = valueAt(document, "data");
    return sets.is_object() && !sets.empty() && !needsFiles(sets) &&
           valueAt(document, "task") != "classification";
}

QPushButton* namedButton(const QString& text, const QString& name, const QString& tip, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

} // namespace

ConfigPanel::ConfigPanel(ConfigDraft* draft, QWidget* parent) : QWidget(parent), m_draft(draft)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, kMarginPx, 0, kMarginPx);
    column->setSpacing(6);
    column->addWidget(buildHead());
    column->addWidget(buildTabs(), 1);
    column->addWidget(buildFoot());
    connect(m_draft, &ConfigDraft::changed, this, &ConfigPanel::refresh);
    // The first preset that needs no files, so that a new user can start at once.
    for (const QString& preset : presetNames())
        if (!isFirstChoice(m_draft->document()))
            loadPreset(preset);
    refresh();
}

QWidget* ConfigPanel::buildHead()
{
    auto* head = new QWidget(this);
    m_presets = new QComboBox(head);
    m_presets->setAccessibleName(tr("Preset"));
    m_presets->setToolTip(tr("Configurations that come with the program"));
    m_presets->setPlaceholderText(tr("Preset…"));
    m_presets->addItems(presetNames());
    m_presets->setCurrentIndex(-1);
    m_presets->setMinimumHeight(26);
    m_presets->setEnabled(m_presets->count() > 0);
    QToolButton* open =
        iconButton(QStringLiteral("open"), tr("Open a configuration"), tr("Open a configuration file"), head);
    QToolButton* save = iconButton(QStringLiteral("save"), tr("Save the configuration"),
                                   tr("Save the configuration as a file"), head);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(kMarginPx, 0, kMarginPx, 0);
    row->addWidget(m_presets, 1);
    row->addWidget(open);
    row->addWidget(save);
    connect(m_presets, &QComboBox::textActivated, this, &ConfigPanel::loadPreset);
    connect(open, &QToolButton::clicked, this, &ConfigPanel::openFile);
    connect(save, &QToolButton::clicked, this, &ConfigPanel::saveFile);
    return head;
}

QWidget* ConfigPanel::buildTabs()
{
    m_tabs = new QTabWidget(this);
    m_tabs->setDocumentMode(true);
    m_form = new ConfigForm(m_draft, m_tabs);
    m_json = new QPlainTextEdit(m_tabs);
    m_json->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_json->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_json->setTabChangesFocus(true);
    m_json->setAccessibleName(tr("Configuration as JSON"));
    m_json->setObjectName(QStringLiteral("configJson"));
    m_tabs->addTab(m_form, tr("Form"));
    m_tabs->addTab(m_json, tr("JSON"));
    m_tabs->tabBar()->setAccessibleName(tr("Form or JSON"));
    connect(m_json, &QPlainTextEdit::textChanged, this, [this] { m_draft->setText(m_json->toPlainText()); });
    return m_tabs;
}

QWidget* ConfigPanel::buildFoot()
{
    auto* foot = new QWidget(this);
    m_problem = new QLabel(foot);
    m_problem->setObjectName(QStringLiteral("fieldError"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setAccessibleName(tr("What is wrong with the configuration"));
    QPushButton* browse = namedButton(tr("Data…"), tr("Data browser"),
                                      tr("Look at data sets and choose them for this configuration"), foot);
    m_start = namedButton(tr("Start training"), tr("Start training"),
                          tr("Checks the configuration and starts a process of its own"), foot);
    m_start->setObjectName(QStringLiteral("startTraining"));
    m_start->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(browse);
    buttons->addWidget(m_start, 1);
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(kMarginPx, 0, kMarginPx, 0);
    column->addWidget(m_problem);
    column->addLayout(buttons);
    connect(browse, &QPushButton::clicked, this, &ConfigPanel::dataBrowserWanted);
    connect(m_start, &QPushButton::clicked, this, &ConfigPanel::startWanted);
    return foot;
}

void ConfigPanel::refresh()
{
    const auto shown = nlohmann::json::parse(m_json->toPlainText().toStdString(), nullptr, false);
    const bool isBeingWritten = m_json->hasFocus() && m_tabs->currentWidget() == m_json;
    if ((shown.is_discarded() || shown != m_draft->document()) && !isBeingWritten) {
        const QSignalBlocker blocker(m_json);
        m_json->setPlainText(m_draft->text());
    }
    const auto& problem = m_draft->problem();
    m_problem->setVisible(problem.has_value());
    if (problem) {
        const QString where = QString::fromStdString(problem->subject);
        const QString what = QString::fromStdString(problem->detail);
        m_problem->setText(where.isEmpty() ? what : QStringLiteral("%1: %2").arg(where, what));
    }
}

bool ConfigPanel::isReady()
{
    const std::optional<std::string> broken = m_form->finishEditing();
    const auto& problem = m_draft->problem();
    if (broken || problem)
        showProblem(broken ? *broken : problem->subject);
    return !broken && !problem;
}

void ConfigPanel::showProblem(const std::string& key)
{
    if (m_form->showField(key)) {
        m_tabs->setCurrentWidget(m_form);
        m_form->showField(key);
    } else {
        m_tabs->setCurrentWidget(m_json);
        m_json->setFocus(Qt::OtherFocusReason);
    }
}

void ConfigPanel::setStarting(bool starting)
{
    m_start->setEnabled(!starting);
    m_start->setText(starting ? tr("Starting…") : tr("Start training"));
}

void ConfigPanel::loadPreset(const QString& name)
{
    const auto document = presetDocument(name);
    if (!document) {
        Q_EMIT failed(document.error());
        return;
    }
    m_presets->setCurrentText(name);
    // Relative paths of a preset mean the user's own data.
    m_draft->load(*document, QDir::homePath());
}

void ConfigPanel::openFile()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a configuration"), m_draft->folder(),
                                                      tr("Configurations (*.json)"));
    if (path.isEmpty())
        return;
    if (const Status read = m_draft->loadFile(path); !read)
        Q_EMIT failed(read.error());
    else
        m_presets->setCurrentIndex(-1);
}

void ConfigPanel::saveFile()
{
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save the configuration"), QDir(m_draft->folder()).filePath(QStringLiteral("training.json")),
        tr("Configurations (*.json)"));
    if (path.isEmpty())
        return;
    if (!path.endsWith(QLatin1String(".json")))
        path += QStringLiteral(".json");
    // The file dialog has asked about an existing file.
    if (const Status written = m_draft->saveFile(path, true); !written)
        Q_EMIT failed(written.error());
}

} // namespace fedefm
