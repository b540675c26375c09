// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/learner_private.h"
#include "core/train/torch/evaluator_private.h"

namespace fedefm {

/// Measures models on the pooled test set. Classification goes batch by batch, which for small pictures is
/// several times faster than picture by picture.
class SessionEvaluator
{
public:
    static Result<std::unique_ptr<SessionEvaluator>> create(const Learner::Settings& settings,
                                                            DatasetPtr test);
    bool hasTest() const { return m_test != nullptr; }
    /// {"loss", metrics …}; the network is left in evaluation mode.
    Result<nlohmann::json> evaluate(Network& network);

private:
    explicit SessionEvaluator(const Learner::Settings& settings) : m_settings(settings) {}
    Result<nlohmann::json> classify(Network& network);
    Status readBatches();

    const Learner::Settings& m_settings;
    DatasetPtr m_test;
    EvaluationSettings m_evaluation;
    std::vector<std::shared_ptr<const Batch>> m_batches;
};

} // namespace fedefm
