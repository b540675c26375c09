// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_fields.h"

#include "ui/common/issue_model.h"
#include "ui/common/research_line.h"
#include "ui/common/theme.h"

#include <QFile>
#include <QHBoxLayout>
#include <QThread>
#include <QToolButton>

#include <unistd.h>

namespace fedefm {

namespace {

constexpr int kMemoryIntervalMs = 2000;

QLabel* makeField(const QString& name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QStringLiteral("statusField"));
    label->setAccessibleName(name);
    return label;
}

} // namespace

int residentMib()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> fields = file.readAll().split(' ');
    return fields.size() > 1 ? static_cast<int>(fields.at(1).toLongLong() * sysconf(_SC_PAGESIZE) >> 20) : 0;
}

StatusFields::StatusFields(IssueModel* issues, QWidget* parent)
    : QWidget(parent), m_issues(issues), m_message(new QLabel(this)),
      m_pointer(makeField(tr("Pointer"), this)), m_model(makeField(tr("Model"), this)),
      m_threads(makeField(tr("Processor"), this)), m_memory(makeField(tr("Memory"), this)),
      m_issuesButton(new QToolButton(this))
{
    m_message->setAccessibleName(tr("Message"));
    m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_issuesButton->setObjectName(QStringLiteral("statusField"));
    m_issuesButton->setAccessibleName(tr("Show issues"));
    m_issuesButton->setToolTip(tr("Show issues"));
    m_issuesButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_issuesButton->setIconSize({16, 16});
    m_threads->setText(QThread::idealThreadCount() == 1
                           ? tr("CPU 1 thread")
                           : tr("CPU %1 threads").arg(QThread::idealThreadCount()));
    m_pointer->hide();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(new ResearchLine(this));
    row->addWidget(m_message, 1);
    for (QWidget* field :
         {static_cast<QWidget*>(m_pointer), static_cast<QWidget*>(m_model), static_cast<QWidget*>(m_threads),
          static_cast<QWidget*>(m_memory), static_cast<QWidget*>(m_issuesButton)})
        row->addWidget(field);

    connect(m_issuesButton, &QToolButton::clicked, this, &StatusFields::issuesClicked);
    connect(m_issues, &IssueModel::reported, this, [this](const Issue& issue) {
        if (issue.severity == Severity::Error)
            showMessage(issue.cause);
    });
    connect(m_issues, &IssueModel::rowsInserted, this, &StatusFields::refreshIssues);
    connect(m_issues, &IssueModel::modelReset, this, &StatusFields::refreshIssues);
    connect(&m_memoryTimer, &QTimer::timeout, this, &StatusFields::refreshMemory);
    m_messageTimer.setSingleShot(true);
    connect(&m_messageTimer, &QTimer::timeout, m_message, &QLabel::clear);
    m_memoryTimer.start(kMemoryIntervalMs);
    refreshMemory();
    refreshIssues();
}

void StatusFields::setModel(const QString& nameAndVersion)
{
    m_model->setText(nameAndVersion);
    m_model->setVisible(!nameAndVersion.isEmpty() && !m_onlyResearchLine);
}

void StatusFields::setPointer(int x, int y, const QString& value)
{
    m_pointer->setVisible(x >= 0);
    m_pointer->setText(QStringLiteral("x %1  y %2  %3").arg(x).arg(y).arg(value));
}

void StatusFields::showMessage(const QString& text, int ms)
{
    m_message->setText(text);
    m_message->setToolTip(text);
    m_messageTimer.stop();
    if (ms > 0)
        m_messageTimer.start(ms);
}

QString StatusFields::message() const
{
    return m_message->text();
}

void StatusFields::setOnlyResearchLine(bool only)
{
    m_onlyResearchLine = only;
    for (QWidget* field : {static_cast<QWidget*>(m_model), static_cast<QWidget*>(m_threads),
                           static_cast<QWidget*>(m_memory), static_cast<QWidget*>(m_issuesButton)})
        field->setVisible(!only);
}

void StatusFields::refreshMemory()
{
    m_memory->setText(tr("%1 MB").arg(residentMib()));
}

void StatusFields::refreshIssues()
{
    const int count = m_issues->rowCount();
    m_issuesButton->setText(tr("issues %1").arg(count));
    m_issuesButton->setIcon(count > 0 ? themedIcon(QStringLiteral("issues")) : QIcon());
}

} // namespace fedefm
