// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/run_reading.h"

#include <QWidget>

class QPlainTextEdit;
class QTabWidget;
class QTableWidget;
class QTreeWidget;

namespace fedefm {

/// What a run was made of and what happened to it: facts and hyper-parameters, values of every epoch, events,
/// split, log.
class DetailsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit DetailsPanel(QWidget* parent = nullptr);

    /// nullptr empties everything.
    void setRun(const RunSummary* run);
    void setDetails(const RunDetails& details);

private:
    void showFacts(const RunSummary& run);
    void showEpochs(const nlohmann::json& epochs);
    void showEvents(const std::vector<RunReader::Event>& events);

    QTreeWidget* m_facts = nullptr;
    QTableWidget* m_epochs = nullptr;
    QTableWidget* m_events = nullptr;
    QPlainTextEdit* m_split = nullptr;
    QPlainTextEdit* m_log = nullptr;
    QTabWidget* m_tabs = nullptr;
    QString m_factsMark;
};

} // namespace fedefm
