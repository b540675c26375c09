// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <QWidget>

#include <vector>

class QFormLayout;
class QLabel;
class QProgressBar;

namespace fedefm {

/// What a session is and where it stands: rounds, whom it waits for, bytes, memory, the plan in short.
class SessionFacts : public QWidget
{
    Q_OBJECT
public:
    explicit SessionFacts(QWidget* parent = nullptr);

    void setSession(const SessionSnapshotPtr& session);
    QString fact(const QString& title) const; ///< for tests: the text beside a title

private:
    QLabel* addFact(QFormLayout* form, const QString& title);
    QString stateText(const SessionSnapshot& session) const;
    QString strategyText(const nlohmann::json& plan) const;
    QString topologyText(const nlohmann::json& plan) const;
    QString mergedText(const SessionSnapshot& session, const nlohmann::json& plan) const;
    QString privacyText(const SessionSnapshot& session) const;

    QProgressBar* m_rounds = nullptr;
    QLabel* m_waiting = nullptr;
    QLabel* m_state = nullptr;
    QLabel* m_strategy = nullptr;
    QLabel* m_topology = nullptr;
    QLabel* m_silos = nullptr;
    QLabel* m_merged = nullptr;
    QLabel* m_bytes = nullptr;
    QLabel* m_memory = nullptr;
    QLabel* m_time = nullptr;
    QLabel* m_privacy = nullptr;
    std::vector<std::pair<QString, QLabel*>> m_facts;
};

} // namespace fedefm
