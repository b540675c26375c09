// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/strategy_private.h"

namespace fedefm {

/// What a method does differently while a silo trains. One object serves all silos; what a silo has to
/// remember stands in Silo::memory.
class LocalRule
{
public:
    virtual ~LocalRule() = default;
    /// Trains the silo's own model; the default is plain.
    virtual Status train(Workbench& bench, int steps) const { return bench.train(steps); }
    /// As Strategy::comparesModels().
    virtual bool comparesModels() const { return false; }
};
using LocalRulePtr = std::unique_ptr<LocalRule>;

LocalRulePtr makeProximalRule(double mu);
LocalRulePtr makeContrastiveRule(double mu, double temperature);
LocalRulePtr makeControlVariateRule();
LocalRulePtr makeDivergenceRule(double lambda, double beta);

/// Copies into Silo::memory below a prefix; memory that is there is written over.
void remember(Silo& silo, const std::string& prefix, const TensorMap& tensors);
/// Memory below a prefix, without it; empty where there is none.
TensorMap remembered(const Silo& silo, const std::string& prefix);

} // namespace fedefm
