// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"
#include "ui/common/issue_model.h"
#include "ui/train/curve_book.h"

#include <QSet>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace fedefm {

/// Epochs since the last improvement of `metric` (higher is better), counted over the epochs that have it.
int epochsWithoutGain(const nlohmann::json& epochs, const std::string& metric);

/// Decides what of the runs deserves an entry in the issues panel; each reason once per run. Runs that were
/// over when the window came are history, not news.
class RunAlerts
{
public:
    static constexpr int kPlateauEpochs = 10; ///< of a session: measurements of the merged model

    enum class Of { Trainings, Sessions };
    /// Only such runs are looked at: each mode tells of its own.
    explicit RunAlerts(Of kind = Of::Trainings) : m_kind(kind) {}

    std::vector<Issue> onRuns(const std::vector<RunSummary>& runs);
    std::vector<Issue> onCurve(const CurveUpdate& update);
    /// Of a session also the silos that missed a round, by these names or by the plan's; a silo is told of
    /// again when it has taken part in between.
    std::vector<Issue> onEpochs(const QString& run, const nlohmann::json& epochs,
                                const QStringList& silos = {});

private:
    struct Known
    {
        RunState state = RunState::Running;
        QString name;
        std::string selectBy;
        QStringList silos;      ///< names by the plan
        std::size_t epochs = 0; ///< that were looked at
    };

    bool isFirst(const QString& run, const QString& reason);
    bool isOfKind(const RunSummary& run) const;
    std::vector<Issue> onSilos(const QString& run, Known& known, const nlohmann::json& epochs,
                               const QStringList& names);

    Of m_kind;
    std::map<QString, Known> m_known;
    QSet<QString> m_told;
    bool m_hasLooked = false;
};

} // namespace fedefm
