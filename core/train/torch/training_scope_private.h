// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/torch/tensors_private.h"

namespace fedefm {

/// A network in evaluation mode; it comes back as it was.
class EvaluationModeScope
{
public:
    explicit EvaluationModeScope(Network& network) : m_network(network), m_wasTraining(network.is_training())
    {
        m_network.eval();
    }
    ~EvaluationModeScope() { m_network.train(m_wasTraining); }
    EvaluationModeScope(const EvaluationModeScope&) = delete;
    EvaluationModeScope& operator=(const EvaluationModeScope&) = delete;

private:
    Network& m_network;
    bool m_wasTraining;
};

} // namespace fedefm
