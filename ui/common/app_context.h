// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plugin/module_loader.h"

#include <memory>

namespace fedefm {

class ActionRegistry;
class IssueModel;

/// What the composition root makes once and hands down; no globals.
struct AppContext
{
    std::shared_ptr<const ModuleLoader> modules;
    std::shared_ptr<const SegmenterRegistry> segmenters;
    IssueModel* issues = nullptr; ///< outlives every widget
    ActionRegistry* actions = nullptr;
};

} // namespace fedefm
