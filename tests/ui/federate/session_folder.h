// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/train/run_store.h"

#include <QDateTime>
#include <QString>

#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fedefm::test {

/// A run folder as a federated session writes it: FedEFM on a ring, silo `late` misses its rounds where
/// asked.
class SessionFolder
{
public:
    explicit SessionFolder(std::filesystem::path runs, int silos = 5, int rounds = 6,
                           std::string underlay = {})
        : m_silos(silos), m_rounds(rounds)
    {
        RunWriter::Start start;
        start.name = "ring of " + std::to_string(silos);
        start.kind = "federate";
        start.seed = 3;
        start.epochsPlanned = rounds;
        start.architecture = "timm_vit";
        start.config = {{"version", 1},
                        {"name", start.name},
                        {"rounds", rounds},
                        {"training", {{"task", "classification"}, {"model", {{"network", "timm_vit"}}}}},
                        {"topology", {{"name", "ring"}}},
                        {"strategy", {{"name", "fedefm"}, {"local_steps", 5}}},
                        {"data", nlohmann::json::object()},
                        {"privacy", nlohmann::json::object()}};
        if (!underlay.empty())
            start.config["topology"]["underlay"] = underlay;
        nlohmann::json list = nlohmann::json::array();
        for (int silo = 0; silo < silos; ++silo)
            list.push_back({{"name", nameOf(silo)},
                            {"samples", 100 + 10 * silo},
                            {"sources", {{"cath lab", 60 + 10 * silo}, {"portable", 40}}}});
        start.split = {{"silos", list}};
        auto made = RunWriter::create(runs, start);
        if (made)
            m_run = std::move(*made);
    }

    static std::string nameOf(int silo) { return "site " + std::to_string(silo); }
    static constexpr double kBytes = 1000.0;
    /// What the fixture writes as score of a pair in a round.
    static double score(int round, int silo, int host) { return (1.0 + silo + 0.1 * host) / (1.0 + round); }

    bool isThere() const { return m_run != nullptr; }
    RunWriter& run() { return *m_run; }
    std::filesystem::path folder() const { return m_run->folder(); }

    /// Closes a round; silo `missing` takes no part, and what was meant for its neighbour is lost. `quality`:
    /// of the merged model, where it does not rise.
    void closeRound(int round, int missing = -1, bool isBest = false,
                    std::optional<double> quality = std::nullopt)
    {
        nlohmann::json edges = nlohmann::json::array(), scores = nlohmann::json::array(),
                       silos = nlohmann::json::array(), members = nlohmann::json::array();
        std::vector<std::pair<std::string, double>> values{{"bytes/round", 2 * kBytes * m_silos}};
        for (int silo = 0; silo < m_silos; ++silo) {
            const int next = (silo + 1) % m_silos;
            const bool isOut = silo == missing;
            edges.push_back(
                {{"phase", 1}, {"from", silo}, {"to", next}, {"kind", "weights"}, {"bytes", kBytes}});
            edges.push_back(
                {{"phase", 2}, {"from", next}, {"to", silo}, {"kind", "visitor"}, {"bytes", kBytes}});
            if (isOut)
                edges[edges.size() - 2]["lost"] = "the silo crashed";
            scores.push_back({{"silo", silo}, {"host", next}, {"score", score(round, silo, next)}});
            const double loss = 1.0 / (round + 1) + 0.05 * silo;
            silos.push_back({{"finished", !isOut}, {"loss", loss}});
            members.push_back(true);
            values.emplace_back("loss/silo_" + std::to_string(silo), loss);
            values.emplace_back("epsilon/silo_" + std::to_string(silo), 0.5 * (round + 1));
            values.emplace_back("silo_" + std::to_string(silo) + "/accuracy", accuracy(round) - 0.02 * silo);
        }
        values.emplace_back("merged/accuracy", accuracy(round));
        m_run->addMetrics(round + 1, round + 1, values);
        nlohmann::json own = nlohmann::json::array();
        for (int silo = 0; silo < m_silos; ++silo)
            own.push_back({{"accuracy", accuracy(round) - 0.02 * silo}});
        m_run->finishEpoch(round, isBest,
                           {{"edges", edges},
                            {"emd", scores},
                            {"silos", silos},
                            {"members", members},
                            {"membership_epoch", 0},
                            {"seconds", {{"local", 0.5}, {"overseas", 0.5}, {"home", 1.0}, {"gossip", 0.2}}},
                            {"merged", {{"accuracy", quality.value_or(accuracy(round))}}},
                            {"own", own}});
        if (missing >= 0)
            m_run->addEvent("error", nameOf(missing) + " is out of round " + std::to_string(round));
    }

    static double accuracy(int round) { return 0.95 - 0.7 * std::exp(-0.35 * (round + 1)); }

    /// What goes on: `arrived` objects of the ring are there, silo `out` is out of the round.
    void writeLive(int round, const std::string& phase, int silo, int arrived, int out = -1,
                   int droppedSilo = -1) const
    {
        nlohmann::json edges = nlohmann::json::array(), outs = nlohmann::json::array(),
                       names = nlohmann::json::array(), members = nlohmann::json::array();
        for (int at = 0; at < m_silos; ++at) {
            outs.push_back(at == out);
            members.push_back(at != droppedSilo);
            names.push_back(nameOf(at));
        }
        for (int at = 0; at < arrived; ++at) {
            const int from = at % m_silos;
            const bool isHome = at >= m_silos;
            const int next = (from + 1) % m_silos;
            edges.push_back({isHome ? next : from, isHome ? from : next, isHome ? "visitor" : "weights",
                             kBytes, from != out});
        }
        const nlohmann::json live = {
            {"round", round},
            {"rounds", m_rounds},
            {"phase", phase},
            {"silo", silo},
            {"backwards", phase == "overseas"}, // there and back, phase by phase
            {"names", names},
            {"members", members},
            {"out", outs},
            {"edges", edges},
            {"utc", QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString()},
            {"seconds", 12.5},
            {"object_bytes", 123456},
            {"live_silos", 2}};
        writeFile(folder() / "live.json", live.dump(), Overwrite::Yes);
    }

private:
    int m_silos;
    int m_rounds;
    std::unique_ptr<RunWriter> m_run;
};

} // namespace fedefm::test
