// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QToolBar;

namespace fedefm {

/// Buttons made by a tool bar carry no accessible name of their own and take no focus: this gives them both.
void nameButtons(QToolBar* bar);

} // namespace fedefm
