// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/merge.h"

#include "core/base/nearest_name.h"
#include "core/federate/merge/krum_private.h"
#include "core/federate/merge/merge_kernels_private.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace fedefm {

namespace {

constexpr std::size_t kPieceValues = 65536;
constexpr std::array<const char*, 5> kRuleNames{"mean", "median", "trimmed-mean", "krum", "multi-krum"};

tl::unexpected<Error> refuse(const std::string& detail)
{
    return fail(ErrorCode::InvalidArgument, "merge", detail);
}

bool isKrum(MergeRule rule)
{
    return rule == MergeRule::Krum || rule == MergeRule::MultiKrum;
}

std::string notFinite(const TensorShape& tensor)
{
    return tensor.name + " has a value that is not finite";
}

/// Calls `work(tensor, offset, count)` for every piece.
Status forEachPiece(const ModelSchema& schema,
                    const std::function<Status(std::size_t, std::size_t, std::size_t)>& work)
{
    for (std::size_t t = 0; t < schema.size(); ++t) {
        const std::size_t size = schema[t].elementCount();
        for (std::size_t offset = 0; offset < size; offset += kPieceValues)
            if (auto done = work(t, offset, std::min(kPieceValues, size - offset)); !done)
                return done;
    }
    return {};
}

class Merge
{
public:
    Merge(const ModelSchema& schema, const std::vector<MergeMember>& members, const MergeOptions& options,
          CancelToken cancel)
        : m_schema(schema), m_members(members), m_options(options), m_cancel(std::move(cancel))
    {
        for (const TensorRole role : tensorRoles(schema))
            m_isMerged.push_back(isMerged(role, options.batchNorm));
        m_report.shares.assign(members.size(), 0.0);
    }

    Result<MergeReport> run(ModelSink& sink)
    {
        auto done = checkOptions();
        if (done)
            done = leaveOutFaulty();
        if (done)
            done = checkCount();
        if (done)
            done = share();
        if (done)
            done = write(sink);
        if (!done)
            return tl::unexpected(done.error());
        return m_report;
    }

private:
    Status checkOptions() const
    {
        const int count = static_cast<int>(m_members.size());
        if (m_schema.empty())
            return refuse("a model without tensors");
        if (std::any_of(m_members.begin(), m_members.end(), [](const auto& member) { return !member.model; }))
            return refuse("a member without a model");
        if (m_options.ownMember < -1 || m_options.ownMember >= count)
            return refuse("the own model is none of the " + std::to_string(count) + " members");
        if (m_options.rule == MergeRule::TrimmedMean &&
            !(m_options.trimmedShare >= 0.0 && m_options.trimmedShare < 0.5))
            return refuse("the trimmed share must be at least 0 and below 0.5");
        if (isKrum(m_options.rule) && (m_options.faultyMembers < 0 || m_options.chosenMembers < 0))
            return refuse("numbers of members must not be negative");
        return {};
    }

    void leaveOut(std::size_t member, const std::string& reason)
    {
        m_report.leftOut.push_back({member, m_members[member].name, reason});
    }

    /// Only the own model may count against the others: MATCHA's I − αL has such weights where many links
    /// meet.
    bool isUsableWeight(std::size_t member) const
    {
        const double weight = m_members[member].weight;
        const bool isOwn = m_options.ownMember >= 0 && member == ownMember();
        return std::isfinite(weight) &&
               (weight >= 0.0 || (isOwn && m_options.rule == MergeRule::WeightedMean));
    }

    Status leaveOutFaulty()
    {
        for (std::size_t m = 0; m < m_members.size(); ++m) {
            if (m_cancel.isCancelled())
                return fail(ErrorCode::Cancelled, "merge");
            const MergeMember& member = m_members[m];
            if (!isUsableWeight(m)) {
                leaveOut(m, "its weight is " + std::to_string(member.weight));
                continue;
            }
            const std::string reason = m_options.isChecked
                                           ? schemaDifference(m_schema, member.model->schema())
                                           : checkMember(*member.model, m_schema);
            if (reason.empty())
                m_active.push_back(m);
            else
                leaveOut(m, reason);
        }
        const bool keepsSome = std::find(m_isMerged.begin(), m_isMerged.end(), false) != m_isMerged.end();
        if (keepsSome && m_options.ownMember >= 0 && !isActive(ownMember()))
            return refuse("the own model, which keeps its BatchNorm layers, cannot be used: " +
                          reasonOf(ownMember()));
        return {};
    }

    std::size_t ownMember() const { return static_cast<std::size_t>(m_options.ownMember); }
    bool isActive(std::size_t member) const
    {
        return std::find(m_active.begin(), m_active.end(), member) != m_active.end();
    }
    std::string reasonOf(std::size_t member) const
    {
        for (const LeftOutMember& out : m_report.leftOut)
            if (out.member == member)
                return out.reason;
        return {};
    }

    Status checkCount() const
    {
        const std::size_t needed = leastMembers(m_options);
        if (m_active.size() >= needed)
            return {};
        std::string detail = std::to_string(m_active.size()) + " of " + std::to_string(m_members.size()) +
                             " members can be used, " + mergeRuleName(m_options.rule) + " needs " +
                             std::to_string(needed);
        for (const LeftOutMember& out : m_report.leftOut)
            detail += "; " + out.name + ": " + out.reason;
        return refuse(detail);
    }

    Status share()
    {
        if (m_options.rule == MergeRule::WeightedMean)
            return shareByWeight();
        if (isKrum(m_options.rule))
            return shareByKrum();
        for (const std::size_t m : m_active)
            m_report.shares[m] = 1.0 / static_cast<double>(m_active.size());
        return {};
    }

    Status shareByWeight()
    {
        double lost = 0.0;
        for (const LeftOutMember& out : m_report.leftOut) {
            const double weight = m_members[out.member].weight;
            lost += weight > 0.0 && std::isfinite(weight) ? weight : 0.0;
        }
        double total = 0.0;
        for (const std::size_t m : m_active) {
            const bool isHeir = m_options.ownMember >= 0 && m == ownMember();
            m_report.shares[m] = m_members[m].weight + (isHeir ? lost : 0.0);
            total += m_report.shares[m];
        }
        if (!(total > 0.0) || std::isinf(total))
            return refuse("the members' weights sum to " + std::to_string(total));
        for (double& share : m_report.shares)
            share /= total;
        return {};
    }

    Status shareByKrum()
    {
        const std::size_t count = m_active.size();
        std::vector<double> distances(count * count, 0.0);
        Piece piece = roomFor(count);
        auto measured =
            forEachPiece(m_schema, [&](std::size_t t, std::size_t offset, std::size_t size) -> Status {
                if (!m_isMerged[t])
                    return {};
                if (auto done = read(m_active, t, offset, size, piece); !done)
                    return done;
                addSquaredDistances(piece, count, distances);
                return {};
            });
        if (!measured)
            return measured;
        const auto faulty = static_cast<std::size_t>(m_options.faultyMembers);
        const std::vector<double> scores = krumScores(distances, count, faulty);
        std::size_t chosen = 1;
        if (m_options.rule == MergeRule::MultiKrum)
            chosen = m_options.chosenMembers == 0
                         ? count - faulty
                         : std::min(count, static_cast<std::size_t>(m_options.chosenMembers));
        m_report.krumScores.assign(m_members.size(), std::numeric_limits<double>::infinity());
        for (std::size_t k = 0; k < count; ++k)
            m_report.krumScores[m_active[k]] = scores[k];
        for (const std::size_t k : smallestScores(scores, chosen))
            m_report.shares[m_active[k]] = 1.0 / static_cast<double>(chosen);
        return {};
    }

    static Piece roomFor(std::size_t members)
    {
        Piece piece;
        piece.stride = kPieceValues;
        piece.values.resize(members * kPieceValues);
        return piece;
    }

    Status read(const std::vector<std::size_t>& members, std::size_t t, std::size_t offset, std::size_t count,
                Piece& piece) const
    {
        if (m_cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "merge");
        piece.count = count;
        for (std::size_t k = 0; k < members.size(); ++k) {
            const MergeMember& member = m_members[members[k]];
            if (auto done = member.model->read(t, offset, count, piece.of(k)); !done)
                return done;
            // Also after the check: a source may be a file that changed since.
            if (!isAllFinite(piece.of(k), count))
                return refuse(member.name + ": " + notFinite(m_schema[t]));
        }
        return {};
    }

    Status write(ModelSink& sink)
    {
        const bool isMean = m_options.rule == MergeRule::WeightedMean || isKrum(m_options.rule);
        std::vector<std::size_t> used;
        std::vector<double> weights;
        for (const std::size_t m : m_active)
            if (m_report.shares[m] != 0.0) {
                used.push_back(m);
                weights.push_back(m_report.shares[m]);
            }
        const std::vector<std::size_t> own(m_options.ownMember >= 0 ? 1 : 0, ownMember());
        Piece piece = roomFor(used.size());
        std::vector<double> sums(kPieceValues);
        std::vector<float> result(kPieceValues);
        return forEachPiece(m_schema, [&](std::size_t t, std::size_t offset, std::size_t size) -> Status {
            if (!m_isMerged[t] && own.empty())
                return {};
            if (auto done = read(m_isMerged[t] ? used : own, t, offset, size, piece); !done)
                return done;
            if (!m_isMerged[t])
                return sink.write(t, offset, size, piece.of(0));
            if (isMean)
                weightedSum(piece, weights, sums, result.data());
            else
                trimmedMean(piece, used.size(), trimmedCount(used.size()), result.data());
            m_report.mergedValues += size;
            return sink.write(t, offset, size, result.data());
        });
    }

    std::size_t trimmedCount(std::size_t members) const
    {
        if (m_options.rule == MergeRule::CoordinateMedian)
            return (members - 1) / 2;
        if (m_options.trimmedShare == 0.0)
            return 0;
        constexpr double kRounding = 1e-9;
        const double count = std::floor(m_options.trimmedShare * static_cast<double>(members) + kRounding);
        // At least one, or few members would get a plain mean under the name of a robust one.
        return std::clamp<std::size_t>(static_cast<std::size_t>(count), 1, (members - 1) / 2);
    }

    const ModelSchema& m_schema;
    const std::vector<MergeMember>& m_members;
    const MergeOptions& m_options;
    CancelToken m_cancel;
    std::vector<bool> m_isMerged;
    std::vector<std::size_t> m_active;
    MergeReport m_report;
};

} // namespace

std::size_t leastMembers(const MergeOptions& options)
{
    if (isKrum(options.rule))
        return 2 * static_cast<std::size_t>(options.faultyMembers) + 3;
    return options.rule == MergeRule::TrimmedMean && options.trimmedShare > 0.0 ? 3 : 1;
}

Status checkMergeMembers(const MergeOptions& options, std::size_t members, const std::string& situation)
{
    const std::size_t needed = leastMembers(options);
    if (members >= needed)
        return {};
    return fail(ErrorCode::InvalidArgument, "strategy.merge",
                std::string(mergeRuleName(options.rule)) + " needs " + std::to_string(needed) + " models, " +
                    situation +
                    (isKrum(options.rule) ? "; a smaller \"faulty\", median or mean would do"
                                          : "; median or mean would do"));
}

const char* mergeRuleName(MergeRule rule)
{
    return kRuleNames[static_cast<std::size_t>(rule)];
}

Result<MergeRule> parseMergeRule(const std::string& name)
{
    const auto found = std::find(kRuleNames.begin(), kRuleNames.end(), name);
    if (found == kRuleNames.end())
        return refuse("'" + name + "' is no rule; the nearest is " +
                      nearestName(name, std::vector<std::string>(kRuleNames.begin(), kRuleNames.end())));
    return static_cast<MergeRule>(found - kRuleNames.begin());
}

std::string checkMember(ModelSource& model, const ModelSchema& schema)
{
    if (std::string difference = schemaDifference(schema, model.schema()); !difference.empty())
        return difference;
    std::vector<float> values(kPieceValues);
    std::string reason;
    const auto read =
        forEachPiece(schema, [&](std::size_t t, std::size_t offset, std::size_t size) -> Status {
            if (auto done = model.read(t, offset, size, values.data()); !done)
                return done;
            if (isAllFinite(values.data(), size))
                return {};
            reason = notFinite(schema[t]);
            return fail(ErrorCode::InvalidArgument, "model", reason);
        });
    return read ? std::string() : reason.empty() ? "cannot be read: " + read.error().detail : reason;
}

Result<MergeReport> mergeModels(const ModelSchema& schema, const std::vector<MergeMember>& members,
                                const MergeOptions& options, ModelSink& sink, const CancelToken& cancel)
{
    return Merge(schema, members, options, cancel).run(sink);
}

} // namespace fedefm
