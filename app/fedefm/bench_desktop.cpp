// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop measures itself (--measure) and reports; without it beside this program the group is left out.
#include "app/cli/child_process.h"
#include "app/fedefm/bench_measure.h"
#include "core/base/log.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr const char* kPlaySeconds = "10";

Result<nlohmann::json> measureDesktop(const fs::path& program, const fs::path& file, const fs::path& settings)
{
    std::vector<std::string> environment;
    if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY"))
        environment.emplace_back("QT_QPA_PLATFORM=offscreen");
    const auto text = outputOf(
        program,
        {"--settings-dir", settings.string(), "--no-restore", "--measure", kPlaySeconds, file.string()},
        environment);
    if (!text)
        return tl::unexpected(text.error());
    auto report = nlohmann::json::parse(*text, nullptr, false);
    if (!report.is_object())
        return fail(ErrorCode::Internal, program.string(), "the report is not JSON");
    return report;
}

BenchFigure below(const char* name, const char* unit, const nlohmann::json& report, const char* key,
                  double target)
{
    BenchFigure figure;
    figure.name = name;
    figure.value = report.value(key, 0.0);
    figure.unit = unit;
    figure.target = target;
    return figure;
}

} // namespace

Result<Figures> benchDesktop(const BenchInputs& inputs, Context&)
{
    std::error_code code;
    const fs::path program = fs::read_symlink("/proc/self/exe", code).parent_path() / "fedefm-studio";
    if (!fs::exists(program, code)) {
        log::info("desktop: left out, fedefm-studio is not beside this program");
        return Figures{};
    }
    const fs::path settings = inputs.temporaryFolder() / "settings";
    fs::create_directories(settings, code);
    // The first start fills the disk cache; the second is what users call warm.
    if (const auto first = measureDesktop(program, inputs.jpegCine, settings); !first)
        return tl::unexpected(first.error());
    const auto small = measureDesktop(program, inputs.jpegCine, settings);
    if (!small)
        return tl::unexpected(small.error());
    const auto large = measureDesktop(program, inputs.jpegLossless1024, settings);
    if (!large)
        return tl::unexpected(large.error());
    BenchFigure late = below("desktop_1024_30fps_late", "%", *large, "late_percent", 1.0);
    late.limit = BenchFigure::Reference{"frames shown", large->value("frames_shown", 0.0)};
    return Figures{
        below("desktop_start_to_window", "ms", *small, "start_to_window_ms", 1000.0),
        below("desktop_open_to_picture_96x512", "ms", *small, "open_to_picture_ms", 150.0),
        below("desktop_memory_96x512", "MB", *small, "rss_peak_mb", 350.0),
        late,
        below("desktop_1024_30fps_processor", "% core", *large, "cpu_percent_of_core", 60.0),
    };
}

} // namespace fedefm::cli
