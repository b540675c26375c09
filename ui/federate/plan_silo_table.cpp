// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_silo_table.h"

#include "core/train/readers/dataset_readers.h"
#include "ui/train/config_schema.h"
#include "ui/train/field_editors.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QHeaderView>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace fedefm {

namespace {

enum Column { NameColumn, FormColumn, FolderColumn, ColumnCount };
constexpr int kNameWidthPx = 130;
constexpr int kFormWidthPx = 130;

QString textAt(const nlohmann::json& silo, const char* key)
{
    const nlohmann::json value = valueAt(silo, key);
    return value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString();
}

QPushButton* button(const QString& text, const QString& tip, QWidget* parent)
{
    auto* result = new QPushButton(text, parent);
    result->setToolTip(tip);
    result->setAutoDefault(false);
    return result;
}

} // namespace

PlanSiloTable::PlanSiloTable(QWidget* parent) : QWidget(parent)
{
    m_table = new QTableWidget(0, ColumnCount, this);
    m_table->setHorizontalHeaderLabels({tr("Silo"), tr("Form"), tr("Folder")});
    m_table->setAccessibleName(tr("Silos and their folders"));
    m_table->horizontalHeader()->setSectionResizeMode(FolderColumn, QHeaderView::Stretch);
    m_table->setColumnWidth(NameColumn, kNameWidthPx);
    m_table->setColumnWidth(FormColumn, kFormWidthPx);
    m_table->verticalHeader()->setVisible(false);
    m_table->verticalHeader()->setDefaultSectionSize(30);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    auto* one = button(tr("Add a folder…"), tr("A silo with the pictures of one folder"), this);
    auto* all = button(tr("Add all in…"), tr("Each folder inside the chosen one becomes a silo"), this);
    m_remove = button(tr("Remove"), tr("Takes the chosen silo out of the list; its files stay"), this);
    auto* row = new QHBoxLayout;
    row->addWidget(one);
    row->addWidget(all);
    row->addWidget(m_remove);
    row->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_table, 1);
    column->addLayout(row);
    connect(m_table, &QTableWidget::cellChanged, this, &PlanSiloTable::onEdited);
    connect(m_table, &QTableWidget::itemSelectionChanged, this,
            [this] { m_remove->setEnabled(m_table->currentRow() >= 0); });
    connect(m_remove, &QPushButton::clicked, this, &PlanSiloTable::removeCurrent);
    connect(one, &QPushButton::clicked, this, [this] {
        const QString folder =
            QFileDialog::getExistingDirectory(this, tr("Folder of the silo"), m_baseFolder);
        if (folder.isEmpty())
            return;
        add(folder);
        show();
        Q_EMIT changed();
    });
    connect(all, &QPushButton::clicked, this, [this] {
        const QString folder =
            QFileDialog::getExistingDirectory(this, tr("Folder with the silos' folders"), m_baseFolder);
        if (!folder.isEmpty())
            addFolders(folder);
    });
    show();
}

void PlanSiloTable::add(const QString& folder)
{
    const auto guessed = guessDataset(folder.toStdString());
    nlohmann::json train = guessed ? *guessed : nlohmann::json{{"form", "folders"}};
    train["path"] = folder.toStdString();
    const QString base = QDir(folder).dirName();
    QString name = base;
    const auto isTaken = [this](const QString& wanted) {
        return std::any_of(m_silos.begin(), m_silos.end(),
                           [&wanted](const auto& silo) { return textAt(silo, "name") == wanted; });
    };
    for (int number = 2; isTaken(name); ++number)
        name = QStringLiteral("%1 %2").arg(base).arg(number);
    m_silos.push_back({{"name", name.toStdString()}, {"train", train}});
}

void PlanSiloTable::addFolders(const QString& parent)
{
    const QDir folder(parent);
    for (const QString& name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name))
        add(folder.absoluteFilePath(name));
    show();
    Q_EMIT changed();
}

void PlanSiloTable::removeCurrent()
{
    const int row = m_table->currentRow();
    if (row < 0 || row >= static_cast<int>(m_silos.size()))
        return;
    m_silos.erase(static_cast<std::size_t>(row));
    show();
    Q_EMIT changed();
}

void PlanSiloTable::setSilos(const nlohmann::json& silos)
{
    const nlohmann::json next = silos.is_array() ? silos : nlohmann::json::array();
    if (next == m_silos)
        return;
    m_silos = next;
    show();
}

void PlanSiloTable::onEdited(int row, int column)
{
    if (row < 0 || row >= static_cast<int>(m_silos.size()) || column == FormColumn)
        return;
    const std::string text = m_table->item(row, column)->text().trimmed().toStdString();
    setValueAt(m_silos[static_cast<std::size_t>(row)], column == NameColumn ? "name" : "train.path", text);
    Q_EMIT changed();
}

void PlanSiloTable::show()
{
    const QSignalBlocker blocker(m_table);
    m_table->setRowCount(0);
    for (std::size_t at = 0; at < m_silos.size(); ++at) {
        const int row = static_cast<int>(at);
        m_table->insertRow(row);
        m_table->setItem(row, NameColumn, new QTableWidgetItem(textAt(m_silos[at], "name")));
        m_table->setItem(row, FolderColumn, new QTableWidgetItem(textAt(m_silos[at], "train.path")));
        auto* form = new QComboBox(m_table);
        for (const std::string& name : datasetForms())
            form->addItem(QString::fromStdString(name));
        form->setCurrentIndex(form->findText(textAt(m_silos[at], "train.form")));
        form->setAccessibleName(tr("Form of silo %1").arg(row + 1));
        ignoreWheelWithoutFocus(form);
        m_table->setCellWidget(row, FormColumn, form);
        connect(form, &QComboBox::textActivated, this, [this, at](const QString& text) {
            setValueAt(m_silos[at], "train.form", text.toStdString());
            Q_EMIT changed();
        });
    }
    m_remove->setEnabled(m_table->currentRow() >= 0);
}

} // namespace fedefm
