// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <QAbstractTableModel>

namespace fedefm {

/// One row per silo; rows never move, a proxy sorts them.
class SiloTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Name,
        State,
        LastSeen,
        Round,
        Samples,
        Sources,
        Loss,
        Emd,
        BytesIn,
        BytesOut,
        Epsilon,
        Quality,
        Cpu,
        Memory,
        Version,
        ColumnCount
    };
    enum Role { SortRole = Qt::UserRole };

    explicit SiloTableModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// `round` is an index into the snapshot's rounds for loss and EMD; −1: the newest.
    void setSession(const SessionSnapshotPtr& session, int round);
    const SessionSnapshotPtr& session() const { return m_session; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(int silo, int column) const;
    QVariant sortKey(int silo, int column) const;
    double number(int silo, int column) const;
    const SessionRound* shownRound() const;

    SessionSnapshotPtr m_session;
    int m_round = -1;
    int m_rows = 0;
    std::vector<double> m_bytesIn;
    std::vector<double> m_bytesOut;
    std::vector<int> m_lastRounds; ///< that the silo took part in; −1: none
};

} // namespace fedefm
