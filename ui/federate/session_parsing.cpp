// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_parsing.h"

#include "core/federate/topology/underlay.h"
#include "ui/train/config_schema.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace fedefm {

namespace {

using nlohmann::json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostBytes = 1e15;
constexpr int kMostRounds = 1'000'000;
constexpr int kMostNameChars = 60;
constexpr std::size_t kMostSources = 64;
constexpr std::size_t kMostPhases = 512;

double numberOf(const json& value, double otherwise)
{
    if (!value.is_number())
        return otherwise;
    const double number = value.get<double>();
    return std::isfinite(number) ? number : otherwise;
}

const json& member(const json& object, const char* key)
{
    static const json none;
    if (!object.is_object())
        return none;
    const auto it = object.find(key);
    return it == object.end() ? none : *it;
}

double numberIn(const json& object, const char* key, double otherwise)
{
    return numberOf(member(object, key), otherwise);
}

int integerIn(const json& object, const char* key, int otherwise, int least, int most)
{
    const double number = numberIn(object, key, otherwise);
    return number >= least && number <= most ? static_cast<int>(number) : otherwise;
}

/// One line without control characters: names come from other hospitals.
QString plainText(const json& value)
{
    if (!value.is_string())
        return {};
    QString text = QString::fromStdString(value.get_ref<const std::string&>()).simplified();
    text.removeIf([](QChar c) { return !c.isPrint(); });
    return text.left(kMostNameChars);
}

LinkKind kindOf(const json& value)
{
    if (value == "weights")
        return LinkKind::Weights;
    return value == "visitor" ? LinkKind::Visitor : LinkKind::Other;
}

std::optional<RoundEdge> edgeOf(const json& from, const json& to, const json& kind, const json& bytes)
{
    const double a = numberOf(from, -1.0);
    const double b = numberOf(to, -1.0);
    if (a < 0 || b < 0 || a >= kMostShownSilos || b >= kMostShownSilos)
        return std::nullopt;
    RoundEdge edge;
    edge.from = static_cast<std::uint16_t>(a);
    edge.to = static_cast<std::uint16_t>(b);
    if (edge.from == edge.to)
        return std::nullopt;
    edge.kind = kindOf(kind);
    edge.bytes = std::clamp(numberOf(bytes, 0.0), 0.0, kMostBytes);
    return edge;
}

std::vector<bool> flagsOf(const json& list)
{
    std::vector<bool> flags;
    if (!list.is_array())
        return flags;
    for (std::size_t at = 0; at < std::min<std::size_t>(list.size(), kMostShownSilos); ++at)
        flags.push_back(list[at].is_boolean() && list[at].get<bool>());
    return flags;
}

void readLiveEdges(const json& list, LiveState& live)
{
    if (!list.is_array())
        return;
    for (const json& entry : list) {
        if (live.edges.size() >= kMostShownEdges)
            return;
        if (!entry.is_array() || entry.size() < 4)
            continue;
        if (auto edge = edgeOf(entry[0], entry[1], entry[2], entry[3])) {
            edge->isLost = entry.size() > 4 && entry[4].is_boolean() && !entry[4].get<bool>();
            live.edges.push_back(*edge);
        }
    }
}

void readEdges(const json& list, SessionRound& round)
{
    if (!list.is_array())
        return;
    for (const json& entry : list) {
        if (round.edges.size() >= kMostShownEdges) {
            round.isThinned = true;
            break;
        }
        auto edge =
            edgeOf(member(entry, "from"), member(entry, "to"), member(entry, "kind"), member(entry, "bytes"));
        if (!edge)
            continue;
        edge->isLost = entry.contains("lost");
        round.lostEdges += edge->isLost ? 1 : 0;
        round.bytes += edge->bytes;
        const auto most = static_cast<std::size_t>(std::max(edge->from, edge->to)) + 1;
        if (round.bytesIn.size() < most) {
            round.bytesIn.resize(most, 0.0);
            round.bytesOut.resize(most, 0.0);
        }
        round.bytesOut[edge->from] += edge->bytes;
        if (!edge->isLost)
            round.bytesIn[edge->to] += edge->bytes;
        round.edges.push_back(*edge);
    }
}

void readSilos(const json& entry, SessionRound& round)
{
    const std::vector<bool> members = flagsOf(member(entry, "members"));
    const json& silos = member(entry, "silos");
    if (!silos.is_array())
        return;
    for (std::size_t at = 0; at < std::min<std::size_t>(silos.size(), kMostShownSilos); ++at) {
        const json& finished = member(silos[at], "finished");
        const bool tookPart = finished.is_boolean() && finished.get<bool>();
        // The members are those of the next round where a command changed them in this one.
        const bool isMember = at >= members.size() || members[at];
        round.parts.push_back(tookPart   ? RoundPart::TookPart
                              : isMember ? RoundPart::Missed
                                         : RoundPart::NoMember);
        round.losses.push_back(numberIn(silos[at], "loss", kNaN));
    }
}

void readScores(const json& list, SessionRound& round)
{
    if (!list.is_array())
        return;
    for (const json& cell : list) {
        if (round.emd.size() >= kMostShownEdges)
            return;
        const double silo = numberIn(cell, "silo", -1.0);
        const double host = numberIn(cell, "host", -1.0);
        const double score = numberIn(cell, "score", kNaN);
        if (silo >= 0 && host >= 0 && silo < kMostShownSilos && host < kMostShownSilos &&
            std::isfinite(score))
            round.emd.push_back({static_cast<std::uint16_t>(silo), static_cast<std::uint16_t>(host),
                                 static_cast<float>(score)});
    }
}

/// "accuracy" or "foreground.dice", flat or nested.
double measured(const json& metrics, const std::string& measure)
{
    if (!metrics.is_object())
        return kNaN;
    if (const auto it = metrics.find(measure); it != metrics.end())
        return numberOf(*it, kNaN);
    return numberOf(valueAt(metrics, measure), kNaN);
}

Result<Underlay> underlayOf(const json& plan, const std::string& name)
{
    if (auto known = builtInUnderlay(name))
        return *known;
    const json& folder = member(member(plan, "data"), "folder");
    const std::filesystem::path base = folder.is_string() ? folder.get<std::string>() : std::string();
    return loadUnderlay(base / name);
}

} // namespace

std::optional<LiveState> parseLive(const std::string& text)
{
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object() || !member(document, "round").is_number())
        return std::nullopt;
    LiveState live;
    live.isKnown = true;
    live.round = integerIn(document, "round", 0, 0, kMostRounds);
    live.rounds = integerIn(document, "rounds", 0, 0, kMostRounds);
    live.phase = plainText(member(document, "phase"));
    live.phaseIndex = integerIn(document, "phase_index", -1, 0, 10'000);
    live.phaseCount = integerIn(document, "phases", 0, 0, 10'000);
    live.silo = integerIn(document, "silo", -1, -1, kMostShownSilos - 1);
    const json& back = member(document, "backwards");
    live.goesBack = back.is_boolean() && back.get<bool>();
    live.members = flagsOf(member(document, "members"));
    live.out = flagsOf(member(document, "out"));
    if (const json& names = member(document, "names"); names.is_array())
        for (std::size_t at = 0; at < std::min<std::size_t>(names.size(), kMostShownSilos); ++at)
            live.names << plainText(names[at]);
    readLiveEdges(member(document, "edges"), live);
    live.utc = QDateTime::fromString(plainText(member(document, "utc")), Qt::ISODate);
    live.seconds = std::max(0.0, numberIn(document, "seconds", 0.0));
    live.objectBytes = std::clamp(numberIn(document, "object_bytes", 0.0), 0.0, kMostBytes);
    live.liveSilos = integerIn(document, "live_silos", 0, 0, kMostShownSilos);
    return live;
}

std::optional<SessionRound> parseRound(const json& entry, const std::string& measure)
{
    const int number = integerIn(entry, "epoch", -1, 0, kMostRounds);
    if (number < 0)
        return std::nullopt;
    SessionRound round;
    round.round = number;
    const json& best = member(entry, "best");
    round.isBest = best.is_boolean() && best.get<bool>();
    round.wallSeconds = numberIn(entry, "wall_seconds", 0.0);
    round.quality = measured(member(entry, "merged"), measure);
    readSilos(entry, round);
    round.bytesIn.assign(round.parts.size(), 0.0);
    round.bytesOut.assign(round.parts.size(), 0.0);
    readEdges(member(entry, "edges"), round);
    readScores(member(entry, "emd"), round);
    if (const json& seconds = member(entry, "seconds"); seconds.is_object())
        for (const auto& [phase, value] : seconds.items())
            if (round.phaseSeconds.size() < kMostPhases)
                round.phaseSeconds.emplace_back(plainText(phase), numberOf(value, 0.0));
    return round;
}

std::vector<SiloFacts> parseSilos(const std::string& splitJson)
{
    const json document = json::parse(splitJson, nullptr, false);
    const json& list = member(document, "silos");
    std::vector<SiloFacts> silos;
    if (!list.is_array())
        return silos;
    for (std::size_t at = 0; at < std::min<std::size_t>(list.size(), kMostShownSilos); ++at) {
        SiloFacts facts;
        facts.name = plainText(member(list[at], "name"));
        facts.samples = static_cast<qint64>(std::clamp(numberIn(list[at], "samples", -1.0), -1.0, 1e15));
        if (const json& sources = member(list[at], "sources"); sources.is_object())
            for (const auto& [name, count] : sources.items())
                if (facts.sources.size() < kMostSources)
                    facts.sources.emplace_back(
                        plainText(name), static_cast<qint64>(std::clamp(numberOf(count, 0.0), 0.0, 1e15)));
        silos.push_back(std::move(facts));
    }
    return silos;
}

void placeSilos(const json& plan, std::vector<SiloFacts>& silos)
{
    const json& name = member(member(plan, "topology"), "underlay");
    if (!name.is_string() || name.get_ref<const std::string&>().empty())
        return;
    const auto underlay = underlayOf(plan, name.get<std::string>());
    if (!underlay || underlay->nodes.size() != silos.size())
        return;
    for (std::size_t at = 0; at < silos.size(); ++at) {
        const UnderlayNode& node = underlay->nodes[at];
        if (node.longitudeDeg && node.latitudeDeg)
            silos[at].place = QPointF(*node.longitudeDeg, *node.latitudeDeg);
    }
}

std::vector<double> ownQualityOf(const json& entry, const std::string& measure)
{
    std::vector<double> values;
    const json& own = member(entry, "own");
    if (own.is_array())
        for (std::size_t at = 0; at < std::min<std::size_t>(own.size(), kMostShownSilos); ++at)
            values.push_back(measured(own[at], measure));
    return values;
}

} // namespace fedefm
