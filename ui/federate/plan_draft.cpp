// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_draft.h"

#include "ui/federate/plan_document.h"
#include "ui/federate/plan_strategies.h"
#include "ui/train/config_presets.h"

namespace fedefm {

namespace {

void erase(nlohmann::json& document, const std::string& key)
{
    const std::size_t dot = key.rfind('.');
    nlohmann::json* owner = &document;
    if (dot != std::string::npos) {
        if (!valueAt(document, key.substr(0, dot)).is_object())
            return;
        owner = &document[nlohmann::json::json_pointer("/" + [](std::string path) {
            for (char& c : path)
                c = c == '.' ? '/' : c;
            return path;
        }(key.substr(0, dot)))];
    }
    owner->erase(dot == std::string::npos ? key : key.substr(dot + 1));
}

} // namespace

PlanDraft::PlanDraft(QObject* parent)
    : QObject(parent), m_document(defaultPlan()), m_newest(std::make_shared<std::atomic<int>>(0)),
      m_worker(QStringLiteral("plan"))
{
    work();
}

PlanDraft::~PlanDraft()
{
    ++*m_newest; // what waits in the queue is not worth beginning
}

void PlanDraft::load(nlohmann::json document)
{
    m_document = std::move(document);
    work();
}

nlohmann::json PlanDraft::value(const std::string& key) const
{
    nlohmann::json given = valueAt(m_document, key);
    return given.is_null() ? planDefault(m_document, key) : given;
}

void PlanDraft::setValue(const std::string& key, const nlohmann::json& value)
{
    if (valueAt(m_document, key) == value)
        return;
    setValueAt(m_document, key, value);
    // The literal algorithm counts only where nothing else is said.
    if (key == "strategy.strict" && value == true) {
        for (const std::string& option : strictOptions())
            m_document["strategy"].erase(option);
        m_document.erase("warm_up_steps");
    }
    if (key == "training.model.network" && value.is_string())
        if (auto parameters = firstParameters(value.get<std::string>()))
            setValueAt(m_document, "training.model.hyper_parameters", std::move(*parameters));
    if (key == "training.task" || key == "training.model.network")
        fitClassCount(m_document);
    work();
}

void PlanDraft::remove(const std::string& key)
{
    erase(m_document, key);
    work();
}

void PlanDraft::change(const std::function<void(nlohmann::json&)>& edit)
{
    edit(m_document);
    work();
}

void PlanDraft::work()
{
    if (nlohmann::json inputs = outlookInputs(m_document); inputs != m_inputs) {
        m_inputs = std::move(inputs);
        m_isWorking = true;
        const int number = ++*m_newest;
        m_worker.post([this, number, newest = m_newest, plan = m_document] {
            if (*newest != number)
                return;
            answerOn(this, [this, number, outlook = planOutlook(plan)] {
                if (*m_newest != number)
                    return;
                m_outlook = outlook;
                m_isWorking = false;
                m_problems = planProblems(m_document, m_outlook);
                Q_EMIT changed();
            });
        });
    }
    m_problems = planProblems(m_document, m_outlook);
    Q_EMIT changed();
}

} // namespace fedefm
