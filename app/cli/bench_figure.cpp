// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_figure.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace fedefm::cli {

bool BenchFigure::isMet() const
{
    const double judged = targetIsRatio ? peerRatio.value_or(0.0) : value;
    return targetIsMinimum ? judged >= target : judged < target;
}

double medianOf(std::vector<double> values)
{
    if (values.empty())
        return 0.0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

namespace {

double timeMs(const std::function<void()>& work)
{
    const SteadyClock clock;
    const double startMs = clock.nowMs();
    work();
    return clock.nowMs() - startMs;
}

} // namespace

double medianMs(int repeats, const std::function<void()>& work)
{
    work();
    std::vector<double> times;
    for (int i = 0; i < repeats; ++i)
        times.push_back(timeMs(work));
    return medianOf(times);
}

Paired pairedMs(int repeats, const std::function<void()>& first, const std::function<void()>& second)
{
    first();
    second();
    std::vector<double> firstTimes;
    std::vector<double> secondTimes;
    std::vector<double> ratios;
    for (int i = 0; i < repeats; ++i) {
        // The order alternates, so that neither always finds the caches warm.
        if (i % 2 == 0) {
            firstTimes.push_back(timeMs(first));
            secondTimes.push_back(timeMs(second));
        } else {
            secondTimes.push_back(timeMs(second));
            firstTimes.push_back(timeMs(first));
        }
        ratios.push_back(secondTimes.back() / firstTimes.back());
    }
    return {medianOf(firstTimes), medianOf(secondTimes), medianOf(ratios)};
}

double copyMs(std::size_t bytes)
{
    std::vector<std::uint8_t> from(bytes, 1);
    std::vector<std::uint8_t> to(bytes, 2);
    volatile std::uint8_t seen = 0;
    return medianMs(9, [&] {
        std::memcpy(to.data(), from.data(), bytes);
        seen = to[bytes / 2];
        from[bytes / 2] = static_cast<std::uint8_t>(seen + 1);
    });
}

namespace {

nlohmann::json referenceJson(const std::optional<BenchFigure::Reference>& reference)
{
    if (!reference)
        return nullptr;
    return {{"name", reference->name}, {"value", reference->value}};
}

std::optional<BenchFigure::Reference> referenceFrom(const nlohmann::json& json)
{
    if (json.is_null())
        return std::nullopt;
    return BenchFigure::Reference{json.at("name").get<std::string>(), json.at("value").get<double>()};
}

} // namespace

nlohmann::json toJson(const BenchFigure& figure)
{
    return {{"name", figure.name},
            {"value", figure.value},
            {"unit", figure.unit},
            {"target",
             {{"kind", figure.targetIsMinimum ? "at_least" : "below"},
              {"of", figure.targetIsRatio ? "peer_ratio" : "value"},
              {"value", figure.target}}},
            {"met", figure.isMet()},
            {"limit", referenceJson(figure.limit)},
            {"peer", referenceJson(figure.peer)},
            {"peer_ratio", figure.peerRatio ? nlohmann::json(*figure.peerRatio) : nlohmann::json(nullptr)}};
}

std::string textOf(const BenchFigure& figure)
{
    char text[400];
    std::snprintf(text, sizeof text, "%-40s %10.4g %-8s  %s  target %s %g%s", figure.name.c_str(),
                  figure.value, figure.unit.c_str(), figure.isMet() ? "met   " : "MISSED",
                  figure.targetIsMinimum ? "at least" : "below", figure.target,
                  figure.targetIsRatio ? " times the peer" : "");
    std::string line = text;
    if (figure.peer) {
        std::snprintf(text, sizeof text, "; %s %.4g, %.2f times better", figure.peer->name.c_str(),
                      figure.peer->value, figure.peerRatio.value_or(0.0));
        line += text;
    }
    if (figure.limit) {
        std::snprintf(text, sizeof text, "; limit (%s) %.4g", figure.limit->name.c_str(),
                      figure.limit->value);
        line += text;
    }
    return line;
}

Result<BenchFigure> figureFromJson(const nlohmann::json& json)
{
    try {
        BenchFigure figure;
        figure.name = json.at("name").get<std::string>();
        figure.value = json.at("value").get<double>();
        figure.unit = json.at("unit").get<std::string>();
        const nlohmann::json& target = json.at("target");
        figure.target = target.at("value").get<double>();
        figure.targetIsMinimum = target.at("kind") == "at_least";
        figure.targetIsRatio = target.at("of") == "peer_ratio";
        figure.limit = referenceFrom(json.at("limit"));
        figure.peer = referenceFrom(json.at("peer"));
        if (!json.at("peer_ratio").is_null())
            figure.peerRatio = json.at("peer_ratio").get<double>();
        return figure;
    } catch (const nlohmann::json::exception& exception) {
        return fail(ErrorCode::Internal, "figures", exception.what());
    }
}

} // namespace fedefm::cli
