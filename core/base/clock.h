// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace fedefm {

/// Monotonic time in milliseconds, injectable so that tests need no sleeping.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual double nowMs() const = 0;
};

class SteadyClock final : public Clock
{
public:
    double nowMs() const override
    {
        using namespace std::chrono;
        return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
    }
};

class ManualClock final : public Clock
{
public:
    double nowMs() const override { return m_nowMs; }
    void advance(double ms) { m_nowMs += ms; }

private:
    double m_nowMs = 0.0;
};

/// Wall time in UTC as "2026-01-31T12:00:00Z".
std::string isoTimeUtc();

} // namespace fedefm
