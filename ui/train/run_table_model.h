// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"
#include "ui/train/run_parameters.h"
#include "ui/train/run_style.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <map>
#include <string>
#include <vector>

namespace fedefm {

QString runStateText(RunState state);
/// Name of the icon; the form carries the meaning, not a colour.
QString runStateIcon(RunState state);
/// "foreground.dice" of a run's best epoch; NaN when there is none yet.
double bestValueOf(const RunSummary& run);

/// All runs of a folder; keeps its rows while their values change, so that a selection stays. Behind the
/// columns named here stand, where they are wanted, hyper-parameters.
class RunTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Name, State, Epochs, Best, Started, Time, Seed, Architecture, ColumnCount };
    enum Role { SortRole = Qt::UserRole, IdRole };

    explicit RunTableModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void showParameters();
    void setRuns(const std::vector<RunSummary>& runs);
    const std::vector<RunSummary>& runs() const { return m_runs; }
    const RunSummary* find(const QString& id) const;
    int rowOf(const QString& id) const;
    /// Runs with a style are drawn; their line stands before the name.
    void setStyles(const RunStyles& styles);
    /// Of a column, the same in every sitting: "seed", "optimizer.learning_rate".
    QString columnKey(int column) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QVariant text(const RunSummary& run, int column) const;
    QVariant sortKey(const RunSummary& run, int column) const;
    QString toolTip(const RunSummary& run) const;
    bool isNumber(const RunSummary& run, int column) const;

    /// nullptr where the run has no such value, or the column shows something else.
    const nlohmann::json* parameter(const RunSummary& run, int column) const;
    void refreshParameters();

    std::vector<RunSummary> m_runs;
    RunStyles m_styles;
    bool m_showsParameters = false;
    std::map<std::string, RunParameters> m_parameters; ///< by run
    std::vector<std::string> m_keys;                   ///< of the columns behind ColumnCount
};

/// Rows whose words all occur somewhere in the run: name, state, network, seed, kind, a value of its
/// configuration; words with "=" are looked for among "key=value".
class RunFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit RunFilter(RunTableModel* model, QObject* parent = nullptr);
    void setWords(const QString& words);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    RunTableModel* m_model;
    QStringList m_words;
};

} // namespace fedefm
