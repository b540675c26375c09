// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/strategy_private.h"

namespace fedefm {

/// What the hub does with the merged model, which stands in its own network.
class ServerRule
{
public:
    virtual ~ServerRule() = default;
    /// Before the hub trains in a round.
    virtual void begin(Workbench&) const {}
    virtual Status apply(Workbench&, const std::vector<ReceivedModel>&) const { return {}; }
    virtual bool usesControl() const { return false; }
    virtual bool usesPublicData() const { return false; }
};
using ServerRulePtr = std::unique_ptr<ServerRule>;

/// Of a method: "fedadam", "fedyogi", "scaffold", "feddf"; nothing special for the others.
ServerRulePtr makeServerRule(const std::string& method, StrictObject& options);

} // namespace fedefm
