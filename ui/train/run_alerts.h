// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"
#include "ui/common/issue_model.h"
#include "ui/train/curve_book.h"

#include <QSet>
#include <QString>

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
    static constexpr int kPlateauEpochs = 10;

    std::vector<Issue> onRuns(const std::vector<RunSummary>& runs);
    std::vector<Issue> onCurve(const CurveUpdate& update);
    std::vector<Issue> onEpochs(const QString& run, const nlohmann::json& epochs);

private:
    bool isFirst(const QString& run, const char* reason);

    struct Known
    {
        RunState state = RunState::Running;
        QString name;
        std::string selectBy;
    };
    std::map<QString, Known> m_known;
    QSet<QString> m_told;
};

} // namespace fedefm
