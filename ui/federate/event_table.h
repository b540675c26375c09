// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <QTableWidget>

namespace fedefm {

/// What the session had to say, the newest on top: silos that are out of a round, lost objects, membership.
class EventTable : public QTableWidget
{
    Q_OBJECT
public:
    explicit EventTable(QWidget* parent = nullptr);
    void setEvents(const std::vector<RunReader::Event>& events);

private:
    QString m_mark; ///< of what is shown
};

} // namespace fedefm
