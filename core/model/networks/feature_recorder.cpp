// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/network_private.h"

namespace fedefm {

namespace {

thread_local FeatureRecorder* currentRecorder = nullptr;

} // namespace

FeatureRecorder::FeatureRecorder() : m_outer(currentRecorder)
{
    currentRecorder = this;
}

FeatureRecorder::~FeatureRecorder()
{
    currentRecorder = m_outer;
}

void recordFeature(const char* name, const torch::Tensor& value)
{
    if (!currentRecorder)
        return;
    auto& features = currentRecorder->m_features;
    if (features.count(name) == 0)
        features.emplace(name, value.detach().clone());
}

} // namespace fedefm
