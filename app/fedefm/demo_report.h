// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/fedefm/demo_session.h"
#include "core/base/atomic_file.h"
#include "core/model/segmenter.h"

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm::cli {

/// Centre-lines against the generator's truth, in points at a distance of 1 px; a hit lies within 3 px.
struct CurveScore
{
    long long found = 0;   ///< predicted points
    long long right = 0;   ///< … near the truth
    long long present = 0; ///< true points
    long long covered = 0; ///< … near a prediction

    void add(const std::vector<Polyline>& predicted, const std::vector<Polyline>& truth);
    double precision() const
    {
        return found > 0 ? static_cast<double>(right) / static_cast<double>(found) : 0.0;
    }
    double recall() const
    {
        return present > 0 ? static_cast<double>(covered) / static_cast<double>(present) : 0.0;
    }
};

inline constexpr double kHitDistancePx = 3.0;

struct DemoPicture
{
    std::filesystem::path png;
    std::string caption;
};

struct DemoReport
{
    ModelCard model;
    int frames = 0;
    int sizePx = 0;
    double fps = 0.0;
    std::uint64_t seed = 1;
    double medianMs = 0.0;
    double p95Ms = 0.0;
    CurveScore anyWire;
    CurveScore catheter;
    CurveScore guidewire;
    std::vector<DemoPicture> pictures;
    std::optional<DemoSession> session;       ///< none: the learning program is not installed
    std::vector<std::filesystem::path> files; ///< other results, named in the report
};

/// One HTML file with the pictures inside, so that it can be sent as it is.
Status writeDemoReport(const std::filesystem::path& target, const DemoReport& report, Overwrite overwrite);

} // namespace fedefm::cli
