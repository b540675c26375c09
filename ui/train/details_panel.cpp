// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/details_panel.h"

#include "ui/train/curve_math.h"
#include "ui/train/run_table_model.h"

#include <QFontDatabase>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fedefm {

namespace {

QString plain(const nlohmann::json& value)
{
    if (value.is_string())
        return QString::fromStdString(value.get<std::string>());
    if (value.is_number_float())
        return formatValue(value.get<double>());
    return QString::fromStdString(value.dump());
}

void addJson(QTreeWidgetItem* parent, const nlohmann::json& object)
{
    for (const auto& [key, value] : object.items()) {
        auto* item = new QTreeWidgetItem(parent, {QString::fromStdString(key)});
        if (value.is_object() && !value.empty())
            addJson(item, value);
        else
            item->setText(1, plain(value));
    }
}

/// {"a": {"b": 1}} → ("a.b", 1); "metrics" itself is no part of a name.
void flatten(const nlohmann::json& object, const QString& prefix, QMap<QString, QString>& into)
{
    for (const auto& [key, value] : object.items()) {
        const QString name = key == "metrics"   ? prefix
                             : prefix.isEmpty() ? QString::fromStdString(key)
                                                : prefix + QLatin1Char('.') + QString::fromStdString(key);
        if (value.is_object())
            flatten(value, name, into);
        else
            into.insert(name, plain(value));
    }
}

QPlainTextEdit* textView(const QString& name, QWidget* parent)
{
    auto* view = new QPlainTextEdit(parent);
    view->setReadOnly(true);
    view->setLineWrapMode(QPlainTextEdit::NoWrap);
    view->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    view->setTabChangesFocus(true);
    view->setAccessibleName(name);
    return view;
}

QTableWidget* table(const QString& name, QWidget* parent)
{
    auto* widget = new QTableWidget(parent);
    widget->setAccessibleName(name);
    widget->setEditTriggers(QAbstractItemView::NoEditTriggers);
    widget->setSelectionBehavior(QAbstractItemView::SelectRows);
    widget->setShowGrid(false);
    widget->setAlternatingRowColors(true);
    widget->setTabKeyNavigation(false);
    widget->verticalHeader()->hide();
    widget->verticalHeader()->setDefaultSectionSize(24);
    widget->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    return widget;
}

} // namespace

DetailsPanel::DetailsPanel(QWidget* parent) : QWidget(parent)
{
    m_tabs = new QTabWidget(this);
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setAccessibleName(tr("Details of the run"));
    m_facts = new QTreeWidget(m_tabs);
    m_facts->setHeaderLabels({tr("Key"), tr("Value")});
    m_facts->setAccessibleName(tr("Facts and hyper-parameters"));
    m_facts->setAlternatingRowColors(true);
    m_facts->header()->resizeSection(0, 190);
    m_epochs = table(tr("Values per epoch"), m_tabs);
    m_events = table(tr("Events"), m_tabs);
    m_events->setColumnCount(3);
    m_events->setHorizontalHeaderLabels({tr("Time (UTC)"), tr("Level"), tr("Event")});
    m_events->horizontalHeader()->setStretchLastSection(true);
    m_events->setColumnWidth(0, 160);
    m_split = textView(tr("Split"), m_tabs);
    m_log = textView(tr("Log"), m_tabs);
    m_tabs->addTab(m_facts, tr("Facts"));
    m_tabs->addTab(m_epochs, tr("Epochs"));
    m_tabs->addTab(m_events, tr("Events"));
    m_tabs->addTab(m_split, tr("Split"));
    m_tabs->addTab(m_log, tr("Log"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_tabs);
}

void DetailsPanel::setRun(const RunSummary* run)
{
    if (!run) {
        m_factsMark.clear();
        m_facts->clear();
        setDetails({});
        return;
    }
    const QString mark = QStringLiteral("%1 %2 %3")
                             .arg(QString::fromStdString(run->id))
                             .arg(int(run->state))
                             .arg(run->epochsDone);
    if (mark == m_factsMark)
        return;
    m_factsMark = mark;
    showFacts(*run);
}

void DetailsPanel::showFacts(const RunSummary& run)
{
    m_facts->clear();
    const auto text = [](const std::string& value) { return QString::fromStdString(value); };
    const std::pair<QString, QString> facts[] = {
        {tr("Run"), text(run.id)},
        {tr("State"), runStateText(run.state)},
        {tr("Message"), text(run.message)},
        {tr("Folder"), text(run.folder.string())},
        {tr("Network"), text(run.architecture)},
        {tr("Seed"), QString::number(run.seed)},
        {tr("Version"), text(run.version)},
        {tr("Machine"), text(run.machine)},
        {tr("Started (UTC)"), text(run.startedUtc)},
        {tr("Time"), formatDuration(run.wallSeconds)},
        {tr("Best epoch"), run.bestEpoch ? QString::number(*run.bestEpoch + 1) : QString()},
    };
    for (const auto& [key, value] : facts)
        if (!value.isEmpty())
            new QTreeWidgetItem(m_facts, {key, value});
    for (const auto& [key, value] :
         {std::pair<QString, const nlohmann::json&>{tr("Best values"), run.bestMetrics},
          {tr("Configuration"), run.config}}) {
        if (!value.is_object() || value.empty())
            continue;
        auto* item = new QTreeWidgetItem(m_facts, {key});
        addJson(item, value);
        item->setExpanded(true);
    }
}

void DetailsPanel::setDetails(const RunDetails& details)
{
    showEpochs(details.epochs);
    showEvents(details.events);
    m_split->setPlainText(details.split);
    const bool isAtEnd = m_log->verticalScrollBar()->value() == m_log->verticalScrollBar()->maximum();
    m_log->setPlainText(details.log);
    if (isAtEnd)
        m_log->verticalScrollBar()->setValue(m_log->verticalScrollBar()->maximum());
}

void DetailsPanel::showEpochs(const nlohmann::json& epochs)
{
    m_epochs->clear();
    m_epochs->setRowCount(0);
    QStringList columns{QStringLiteral("epoch"), QStringLiteral("best")};
    std::vector<QMap<QString, QString>> rows;
    for (const nlohmann::json& epoch : epochs) {
        QMap<QString, QString> row;
        if (epoch.is_object())
            flatten(epoch, {}, row);
        row[columns[0]] =
            QString::number(row[columns[0]].toInt() + 1); // counted from 1 wherever people read it
        for (const QString& key : row.keys())
            if (!columns.contains(key))
                columns << key;
        rows.push_back(row);
    }
    m_epochs->setColumnCount(static_cast<int>(columns.size()));
    m_epochs->setHorizontalHeaderLabels(columns);
    m_epochs->setRowCount(static_cast<int>(rows.size()));
    for (std::size_t row = 0; row < rows.size(); ++row)
        for (int column = 0; column < columns.size(); ++column) {
            QString text = rows[row].value(columns[column]);
            if (columns[column] == QLatin1String("best"))
                text = text == QLatin1String("true") ? QStringLiteral("★") : QString();
            m_epochs->setItem(static_cast<int>(row), column, new QTableWidgetItem(text));
        }
    m_epochs->resizeColumnsToContents();
    if (!rows.empty())
        m_epochs->scrollToBottom();
}

void DetailsPanel::showEvents(const std::vector<RunReader::Event>& events)
{
    m_events->setRowCount(static_cast<int>(events.size()));
    for (std::size_t row = 0; row < events.size(); ++row) {
        const std::string* const texts[] = {&events[row].utc, &events[row].level, &events[row].text};
        for (int column = 0; column < 3; ++column)
            m_events->setItem(static_cast<int>(row), column,
                              new QTableWidgetItem(QString::fromStdString(*texts[column])));
    }
}

} // namespace fedefm
