// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm {

class ActionRegistry;

/// Adds every command of the desktop with its group, default keys and icon. What a command does is connected
/// by the window; keys of modes to come (annotate: B E K O N X [ ]) are kept free.
void defineActions(ActionRegistry& actions);

} // namespace fedefm
