// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/curve_linking.h"

#include "core/geometry/curve_tracing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fedefm {

namespace {

/// Where a piece may be left: at its very end, or some points before it where a fork led the last pixels
/// astray.
struct Exit
{
    std::size_t dropped = 0; ///< points left out
    Point position;
    Point direction;
};

/// End 2i is the start of piece i, end 2i + 1 its last point.
struct End
{
    std::vector<Exit> exits; ///< the first drops nothing
    double lengthPx = 0.0;
    double strength =
        0.0; ///< mean over three times the reach: a strong ridge shines into its neighbour's end
};

struct Joint
{
    double cost = 0.0;
    std::size_t a = 0;
    std::size_t b = 0;
    std::size_t droppedA = 0;
    std::size_t droppedB = 0;
};

constexpr std::size_t kFree = static_cast<std::size_t>(-1);

double angleDeg(Point u, Point v)
{
    return std::abs(std::atan2(u.x * v.y - u.y * v.x, u.x * v.x + u.y * v.y)) * 180.0 /
           3.14159265358979323846;
}

double meanStrength(const FloatPlane& strength, const Polyline& piece, bool atStart, double reachPx)
{
    // Pieces have points about 1 px apart.
    const std::size_t count = std::min(piece.size(), static_cast<std::size_t>(std::max(1.0, reachPx)));
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
        const Point p = atStart ? piece[k] : piece[piece.size() - 1 - k];
        sum += strength.sample(p.x, p.y);
    }
    return sum / static_cast<double>(count);
}

std::vector<Exit> exitsOf(const Polyline& piece, bool atStart, const LinkSettings& settings)
{
    std::vector<Exit> exits;
    const auto step = static_cast<std::size_t>(std::max(2.0, settings.reachPx / 3.0));
    Polyline rest = atStart ? Polyline(piece.rbegin(), piece.rend()) : piece;
    for (std::size_t dropped = 0; dropped <= 2 * step; dropped += step) {
        exits.push_back({dropped, rest.back(), outwardDirection(rest, false, settings.reachPx)});
        if (rest.size() < 5 * step)
            break;
        rest.resize(rest.size() - step);
    }
    return exits;
}

std::vector<End> endsOf(const std::vector<Polyline>& pieces, const FloatPlane& strength,
                        const LinkSettings& settings)
{
    std::vector<End> ends;
    for (const Polyline& piece : pieces) {
        const double length = lengthPx(piece);
        for (const bool atStart : {true, false})
            ends.push_back({exitsOf(piece, atStart, settings), length,
                            meanStrength(strength, piece, atStart, 3.0 * settings.reachPx)});
    }
    return ends;
}

/// Mean ridge strength under the straight bridge, 0…1 of full support.
double support(const FloatPlane& strength, Point from, Point to, const LinkSettings& settings)
{
    const double gap = std::hypot(to.x - from.x, to.y - from.y);
    const int steps = std::max(1, static_cast<int>(gap));
    double sum = 0.0;
    for (int k = 0; k <= steps; ++k) {
        const double t = static_cast<double>(k) / steps;
        const float value = strength.sample(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t);
        sum += std::min(1.0F, value / settings.supportStrength);
    }
    return sum / (steps + 1);
}

double misfit(const End& a, const End& b, double gap)
{
    const double ratio = std::log(std::max(a.strength, 1e-3) / std::max(b.strength, 1e-3));
    // A gap much longer than the pieces it joins is guesswork.
    const double overreach = std::max(0.0, gap / std::max(4.0, std::min(a.lengthPx, b.lengthPx)) - 1.0);
    return overreach + ratio * ratio / 2.5;
}

double bendCost(const Exit& a, const Exit& b, double gap, double scaleDeg)
{
    const Point v{b.position.x - a.position.x, b.position.y - a.position.y};
    const Point back{-b.direction.x, -b.direction.y};
    // Over a very short gap its own direction is noise; the bend between the two ends is what counts.
    double bendA = angleDeg(a.direction, back) / 2.0;
    double bendB = bendA;
    if (gap > 4.0) {
        bendA = angleDeg(a.direction, v);
        bendB = angleDeg(v, back);
    }
    return (bendA * bendA + bendB * bendB) / (scaleDeg * scaleDeg);
}

double distance(const Exit& a, const Exit& b)
{
    return std::hypot(b.position.x - a.position.x, b.position.y - a.position.y);
}

/// The cheapest way to join two ends; its cost may be above the limit.
Joint bestJoint(std::size_t indexA, std::size_t indexB, const std::vector<End>& ends,
                const FloatPlane& strength, const LinkSettings& settings)
{
    const End& a = ends[indexA];
    const End& b = ends[indexB];
    const bool isNear = distance(a.exits.front(), b.exits.front()) < settings.reachPx;
    Joint best{2.0 * settings.maxCost, indexA, indexB, 0, 0};
    for (const Exit& exitA : a.exits) {
        for (const Exit& exitB : b.exits) {
            const double gap = distance(exitA, exitB);
            double cost = misfit(a, b, gap) + bendCost(exitA, exitB, gap, settings.bendScaleDeg);
            cost += 0.1 * static_cast<double>(exitA.dropped + exitB.dropped) / settings.reachPx;
            if (cost > std::min(settings.maxCost, best.cost))
                continue;
            const double open = 1.0 - 0.8 * support(strength, exitA.position, exitB.position, settings);
            cost += gap / settings.gapScalePx * open;
            if (cost < best.cost)
                best = {cost, indexA, indexB, exitA.dropped, exitB.dropped};
            if (!isNear)
                return best;
        }
        if (!isNear)
            break;
    }
    return best;
}

std::vector<Joint> possibleJoints(const std::vector<End>& ends, const FloatPlane& strength,
                                  const LinkSettings& settings)
{
    std::vector<Joint> joints;
    for (std::size_t a = 0; a < ends.size(); ++a) {
        for (std::size_t b = a + 1; b < ends.size(); ++b) {
            if (a / 2 == b / 2 || distance(ends[a].exits.front(), ends[b].exits.front()) > settings.maxGapPx)
                continue;
            const Joint joint = bestJoint(a, b, ends, strength, settings);
            if (joint.cost <= settings.maxCost)
                joints.push_back(joint);
        }
    }
    std::sort(joints.begin(), joints.end(), [](const Joint& p, const Joint& q) { return p.cost < q.cost; });
    return joints;
}

struct Choice
{
    std::vector<std::size_t> partner; ///< per end, kFree for none
    std::vector<std::size_t> dropped; ///< points to leave out at each end
};

/// Greedy; rings are avoided by tracking the two free ends of every chain.
Choice chooseJoints(const std::vector<Joint>& joints, std::size_t endCount)
{
    Choice choice{std::vector<std::size_t>(endCount, kFree), std::vector<std::size_t>(endCount, 0)};
    std::vector<std::size_t>& partner = choice.partner;
    std::vector<std::size_t> farEnd(endCount);
    for (std::size_t i = 0; i < endCount; ++i)
        farEnd[i] = i ^ 1U;
    for (const Joint& joint : joints) {
        if (partner[joint.a] != kFree || partner[joint.b] != kFree || farEnd[joint.a] == joint.b)
            continue;
        partner[joint.a] = joint.b;
        partner[joint.b] = joint.a;
        choice.dropped[joint.a] = joint.droppedA;
        choice.dropped[joint.b] = joint.droppedB;
        const std::size_t left = farEnd[joint.a];
        const std::size_t right = farEnd[joint.b];
        farEnd[left] = right;
        farEnd[right] = left;
    }
    return choice;
}

Polyline chainFrom(std::size_t start, const std::vector<Polyline>& pieces, const Choice& choice,
                   std::vector<char>& used)
{
    Polyline chain;
    for (std::size_t end = start; end != kFree; end = choice.partner[end ^ 1U]) {
        const std::size_t i = end / 2;
        used[i] = 1;
        const auto first = static_cast<std::ptrdiff_t>(choice.dropped[2 * i]);
        const auto last = static_cast<std::ptrdiff_t>(choice.dropped[2 * i + 1]);
        Polyline piece(pieces[i].begin() + first, pieces[i].end() - last);
        if (end % 2 == 1)
            std::reverse(piece.begin(), piece.end());
        chain.insert(chain.end(), piece.begin(), piece.end());
    }
    return chain;
}

} // namespace

std::vector<Polyline> linkCurves(const std::vector<Polyline>& pieces, const FloatPlane& strength,
                                 const LinkSettings& settings)
{
    const std::vector<End> ends = endsOf(pieces, strength, settings);
    const Choice choice = chooseJoints(possibleJoints(ends, strength, settings), ends.size());
    std::vector<char> used(pieces.size(), 0);
    std::vector<Polyline> chains;
    for (std::size_t end = 0; end < ends.size(); ++end)
        if (choice.partner[end] == kFree && !used[end / 2])
            chains.push_back(chainFrom(end, pieces, choice, used));
    return chains;
}

} // namespace fedefm
