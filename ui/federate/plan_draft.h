// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/worker_thread.h"
#include "ui/federate/plan_problems.h"

#include <QObject>

#include <atomic>
#include <memory>

namespace fedefm {

/// The plan being written, behind all pages: one document, what it would come out as, and what is wrong with
/// it. Topology and partition are worked out on a thread of their own.
class PlanDraft : public QObject
{
    Q_OBJECT
public:
    explicit PlanDraft(QObject* parent = nullptr);
    ~PlanDraft() override;

    const nlohmann::json& document() const { return m_document; }
    void load(nlohmann::json document);

    /// The value in the document, or the default.
    nlohmann::json value(const std::string& key) const;
    void setValue(const std::string& key, const nlohmann::json& value);
    void remove(const std::string& key);
    /// Several changes that belong together.
    void change(const std::function<void(nlohmann::json&)>& edit);

    const PlanOutlook& outlook() const { return m_outlook; }
    /// The outlook is not that of the document yet.
    bool isWorking() const { return m_isWorking; }
    const std::vector<PlanProblem>& problems() const { return m_problems; }

Q_SIGNALS:
    void changed(); ///< document, outlook or problems

private:
    void work();

    nlohmann::json m_document;
    nlohmann::json m_inputs;
    PlanOutlook m_outlook;
    std::vector<PlanProblem> m_problems;
    bool m_isWorking = false;
    std::shared_ptr<std::atomic<int>> m_newest;
    WorkerThread m_worker;
};

} // namespace fedefm
