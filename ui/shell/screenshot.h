// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm {

class ActionRegistry;
class MainWindow;
struct StudioOptions;

/// After the delay: runs the chosen actions, writes the window (or the dialog in front of it, on top) as a
/// picture, and quits with 0, or 1 when the picture cannot be written.
void scheduleScreenshot(MainWindow& window, const ActionRegistry& actions, const StudioOptions& options);

} // namespace fedefm
