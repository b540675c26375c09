// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/bench_federate.h"

#include "app/cli/child_process.h"
#include "app/learn/bench_session.h"

namespace fedefm::cli {

namespace {

using Add = std::function<void(const BenchFigure&)>;

Result<nlohmann::json> measuredElsewhere(const SessionWork& work, int threads)
{
    const auto text = outputOf(
        "/proc/self/exe", {"--quiet", "--threads", std::to_string(threads), "bench", "--session", work.name});
    if (!text)
        return tl::unexpected(text.error());
    auto document = nlohmann::json::parse(*text, nullptr, false);
    if (!document.is_object() || document["rounds"].empty())
        return fail(ErrorCode::Internal, work.name, "the measuring process wrote no rounds");
    return document;
}

/// The first round finds everything cold; it counts only where there is no other.
std::vector<nlohmann::json> countedRounds(const nlohmann::json& document)
{
    std::vector<nlohmann::json> rounds = document["rounds"];
    if (rounds.size() > 1)
        rounds.erase(rounds.begin());
    return rounds;
}

double sumOf(const std::vector<nlohmann::json>& rounds, const char* what)
{
    double sum = 0.0;
    for (const nlohmann::json& round : rounds)
        sum += round.value(what, 0.0);
    return sum;
}

BenchFigure memoryFigure(const SessionWork& work, const nlohmann::json& document, double targetMb)
{
    BenchFigure figure;
    figure.name = std::string(work.title) + ": peak memory";
    figure.value = document["peak_mb"].get<double>();
    figure.unit = "MB";
    figure.target = targetMb;
    return figure;
}

/// Rounds per second; the limit is computing alone.
BenchFigure speedFigure(const SessionWork& work, const nlohmann::json& document, double target)
{
    const std::vector<nlohmann::json> rounds = countedRounds(document);
    const auto count = static_cast<double>(rounds.size());
    BenchFigure figure;
    figure.name = std::string(work.title) + ": rounds per second";
    figure.value = count / sumOf(rounds, "wall");
    figure.unit = "/s";
    figure.target = target;
    figure.targetIsMinimum = true;
    figure.limit = BenchFigure::Reference{"computing alone", count / sumOf(rounds, "compute")};
    return figure;
}

BenchFigure besidePython(const SessionWork& work, const nlohmann::json& document)
{
    constexpr double kTarget = 1.3;
    BenchFigure figure = speedFigure(work, document, kTarget);
    figure.targetIsRatio = true;
    std::vector<double> ratios, own, others;
    for (const nlohmann::json& round : countedRounds(document)) {
        if (!round.contains("peer"))
            continue;
        own.push_back(round["wall"].get<double>());
        others.push_back(round["peer"].get<double>());
        ratios.push_back(others.back() / own.back());
    }
    if (ratios.empty())
        return figure;
    figure.value = 1.0 / medianOf(own);
    figure.peer = BenchFigure::Reference{"eager Python with deep copies", 1.0 / medianOf(others)};
    figure.peerRatio = medianOf(ratios);
    return figure;
}

BenchFigure shareFigure(const std::string& name, double share, double target)
{
    constexpr double kPercent = 100.0;
    BenchFigure figure;
    figure.name = name;
    figure.value = kPercent * share;
    figure.unit = "%";
    figure.target = target;
    return figure;
}

BenchFigure overheadFigure(const SessionWork& work, const nlohmann::json& document)
{
    constexpr double kTargetPercent = 5.0;
    const std::vector<nlohmann::json> rounds = countedRounds(document);
    return shareFigure(std::string(work.title) + ": overhead of a round",
                       1.0 - sumOf(rounds, "compute") / sumOf(rounds, "wall"), kTargetPercent);
}

BenchFigure emdFigure(const SessionWork& work, const nlohmann::json& document)
{
    constexpr double kTargetPercent = 5.0;
    const std::vector<nlohmann::json> rounds = countedRounds(document);
    return shareFigure(std::string(work.title) + ": EMD in the computing",
                       sumOf(rounds, "emd") / sumOf(rounds, "compute"), kTargetPercent);
}

void addFigures(const SessionWork& work, const nlohmann::json& document, const Add& add)
{
    const std::string name = work.name;
    constexpr double kMost100Mb = 3072.0;
    constexpr double kMost11Mb = 8192.0;
    constexpr double kSlowest = 0.02; ///< rounds per second of 100 silos
    if (name.rfind("silos_", 0) == 0) {
        const bool isLarge = work.silos < 100;
        add(memoryFigure(work, document, isLarge ? kMost11Mb : kMost100Mb));
        if (!isLarge)
            add(speedFigure(work, document, kSlowest));
        return;
    }
    if (work.peer)
        add(besidePython(work, document));
    if (work.strategy.value("local_steps", 1) > 1)
        add(overheadFigure(work, document));
    if (work.strategy["name"] == "fedefm")
        add(emdFigure(work, document));
}

} // namespace

Status benchFederation(int threads, const Add& add, const std::function<void(const std::string&)>& say)
{
    for (const SessionWork& work : sessionWorks()) {
        const auto document = measuredElsewhere(work, threads);
        if (!document)
            return tl::unexpected(document.error());
        if (work.peer && document->value("peer_version", "").empty())
            say(std::string(work.name) + ": no comparison, python3 with torch or compare.py is missing");
        addFigures(work, *document, add);
    }
    return {};
}

} // namespace fedefm::cli
