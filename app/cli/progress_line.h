// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/progress.h"

#include <string>

namespace fedefm::cli {

/// Progress on stderr: a bar that redraws itself on a terminal, else a line at every tenth. Silent when
/// `quiet`.
class ProgressLine
{
public:
    ProgressLine(std::string what, bool quiet);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void update(int done, int total);
    /// Valid as long as this object lives.
    Progress callback();

private:
    void drawBar(int done, int total);

    std::string m_what;
    bool m_quiet;
    bool m_terminal;
    bool m_barOpen = false;
    int m_lastTenth = 0;
    double m_lastDrawnMs = -1e9;
    SteadyClock m_clock;
};

} // namespace fedefm::cli
