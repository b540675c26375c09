// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/draft_panel.h"

#include "core/base/atomic_file.h"
#include "core/federate/plan.h"
#include "core/train/config_document.h"
#include "ui/train/config_schema.h"
#include "ui/viewer/panel_parts.h"

#include <QDir>
#include <QFileInfo>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

namespace {
constexpr std::size_t kMostPlanBytes = 4U << 20U;
constexpr int kIndent = 2;
} // namespace

DraftPanel::DraftPanel(QWidget* parent)
    : QWidget(parent), m_text(new QPlainTextEdit(this)), m_folder(QDir::homePath())
{
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setTabChangesFocus(true);
    m_text->setAccessibleName(tr("Plan as JSON"));
    m_text->setObjectName(QStringLiteral("planJson"));
    m_text->setPlaceholderText(tr("New session fills this in. A plan can be opened or written here, too."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(6);
    column->addWidget(m_text, 1);
    column->addWidget(buildFoot());
    connect(m_text, &QPlainTextEdit::textChanged, this, &DraftPanel::check);
    check();
}

QWidget* DraftPanel::buildFoot()
{
    auto* foot = new QWidget(this);
    m_problem = new QLabel(foot);
    m_problem->setObjectName(QStringLiteral("fieldError"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setAccessibleName(tr("What is wrong with the plan"));
    QToolButton* edit = iconButton(QStringLiteral("settings"), tr("Edit the plan step by step"),
                                   tr("Go through the plan step by step"), foot);
    QToolButton* open = iconButton(QStringLiteral("open"), tr("Open a plan"), tr("Open a plan file"), foot);
    QToolButton* save =
        iconButton(QStringLiteral("save"), tr("Save the plan"), tr("Save the plan as a file"), foot);
    m_start = new QPushButton(tr("Start session"), foot);
    m_start->setObjectName(QStringLiteral("startSession"));
    m_start->setAccessibleName(tr("Start session"));
    m_start->setToolTip(
        tr("Checks the plan and starts a process of its own; closing the window does not end it"));
    auto* row = new QHBoxLayout;
    row->addWidget(edit);
    row->addWidget(open);
    row->addWidget(save);
    row->addWidget(m_start, 1);
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(8, 0, 8, 0);
    column->addWidget(m_problem);
    column->addLayout(row);
    connect(edit, &QToolButton::clicked, this, &DraftPanel::editWanted);
    connect(open, &QToolButton::clicked, this, &DraftPanel::openWanted);
    connect(save, &QToolButton::clicked, this, &DraftPanel::saveWanted);
    connect(m_start, &QPushButton::clicked, this, &DraftPanel::startWanted);
    return foot;
}

void DraftPanel::setPlan(const nlohmann::json& plan)
{
    m_folder = QDir::homePath();
    m_text->setPlainText(
        QString::fromStdString(plan.dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace)));
}

Status DraftPanel::openFile(const QString& path)
{
    const auto text = readFile(path.toStdString(), kMostPlanBytes);
    if (!text)
        return tl::unexpected(text.error());
    m_folder = QFileInfo(path).absolutePath();
    m_text->setPlainText(QString::fromStdString(*text));
    return {};
}

Status DraftPanel::saveFile(const QString& path) const
{
    return writeFile(path.toStdString(), m_text->toPlainText().toStdString() + "\n", Overwrite::Yes);
}

bool DraftPanel::hasPlan() const
{
    return !m_text->toPlainText().trimmed().isEmpty();
}

std::optional<nlohmann::json> DraftPanel::plan() const
{
    const auto document = parseConfigDocument(m_text->toPlainText().toStdString(), "plan");
    if (!document || !parseSessionPlan(*document))
        return std::nullopt;
    return withAbsolutePaths(*document, m_folder.toStdString());
}

QString DraftPanel::problem() const
{
    if (!hasPlan())
        return {};
    const auto document = parseConfigDocument(m_text->toPlainText().toStdString(), "plan");
    const auto error = [&]() -> std::optional<Error> {
        if (!document)
            return document.error();
        const auto plan = parseSessionPlan(*document);
        return plan ? std::nullopt : std::optional<Error>(plan.error());
    }();
    if (!error)
        return {};
    const QString where = QString::fromStdString(error->subject);
    const QString what = QString::fromStdString(error->detail);
    return where.isEmpty() ? what : QStringLiteral("%1: %2").arg(where, what);
}

void DraftPanel::setStarting(bool starting)
{
    m_isStarting = starting;
    m_start->setText(starting ? tr("Starting…") : tr("Start session"));
    check();
}

void DraftPanel::check()
{
    const QString text = problem();
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    m_isRight = hasPlan() && text.isEmpty();
    m_start->setEnabled(!m_isStarting && m_isRight);
    Q_EMIT changed();
}

} // namespace fedefm
