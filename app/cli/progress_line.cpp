// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace fedefm::cli {

namespace {

constexpr double kRedrawMs = 50.0;
constexpr int kBarWidth = 30;

} // namespace

ProgressLine::ProgressLine(std::string what, bool quiet)
    : m_what(std::move(what)), m_quiet(quiet), m_terminal(::isatty(STDERR_FILENO) == 1)
{
}

ProgressLine::~ProgressLine()
{
    if (m_barOpen)
        std::fputc('\n', stderr);
}

void ProgressLine::update(int done, int total)
{
    if (m_quiet || total <= 0)
        return;
    if (m_terminal) {
        const double now = m_clock.nowMs();
        if (now - m_lastDrawnMs < kRedrawMs && done < total)
            return;
        m_lastDrawnMs = now;
        drawBar(done, total);
        return;
    }
    const int tenth = static_cast<int>(10LL * done / total);
    if (tenth <= m_lastTenth)
        return;
    m_lastTenth = tenth;
    std::fprintf(stderr, "%s: %d of %d\n", m_what.c_str(), done, total);
}

Progress ProgressLine::callback()
{
    return [this](int done, int total) { update(done, total); };
}

void ProgressLine::drawBar(int done, int total)
{
    const int filled =
        static_cast<int>(static_cast<long long>(kBarWidth) * std::clamp(done, 0, total) / total);
    const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
    std::fprintf(stderr, "\r%s [%s] %d/%d", m_what.c_str(), bar.c_str(), done, total);
    std::fflush(stderr);
    m_barOpen = true;
}

} // namespace fedefm::cli
