// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/evaluation.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace fedefm::cli {

namespace {

constexpr std::uint8_t kWhite = 255;
/// More values than any label set has: these are pictures.
constexpr std::size_t kMostClasses = 64;

using ClassTable = std::array<std::uint8_t, 256>;

std::optional<std::uint8_t> classNumber(const std::string& text)
{
    int value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 0 || value > 255)
        return std::nullopt;
    return static_cast<std::uint8_t>(value);
}

/// Stored values of one side over all files.
class ValueCensus
{
public:
    void count(const MaskValues& mask)
    {
        for (const std::uint8_t value : mask.values)
            m_occurs[value] = true;
    }
    std::size_t different() const
    {
        return static_cast<std::size_t>(std::count(m_occurs.begin(), m_occurs.end(), true));
    }
    /// 0 and 255, nothing else.
    bool isBlackAndWhite() const { return m_occurs[kWhite] && different() == (m_occurs[0] ? 2U : 1U); }
    const std::array<bool, 256>& occurs() const { return m_occurs; }

private:
    std::array<bool, 256> m_occurs{};
};

struct ReadPair
{
    MaskValues prediction, reference;
};

Result<ReadPair> readPair(const std::pair<MaskEntry, MaskEntry>& entries)
{
    auto prediction = readMask(entries.first);
    if (!prediction)
        return tl::unexpected(prediction.error());
    auto reference = readMask(entries.second);
    if (!reference)
        return tl::unexpected(reference.error());
    if (prediction->width != reference->width || prediction->height != reference->height)
        return fail(ErrorCode::ReferenceMismatch, entries.first.file.string(),
                    std::to_string(prediction->width) + "×" + std::to_string(prediction->height) +
                        ", the reference " + entries.second.file.string() + " has " +
                        std::to_string(reference->width) + "×" + std::to_string(reference->height));
    return ReadPair{std::move(*prediction), std::move(*reference)};
}

/// Class numbers as they stand; 255 is not counted in a reference and some foreground in a prediction.
void fillTables(EvaluationPlan& plan, const ValueCensus& predictions, const ValueCensus& references,
                const ClassTable& classMap)
{
    std::set<int> occurring;
    for (int value = 0; value < 256; ++value) {
        const auto at = static_cast<std::size_t>(value);
        if (plan.isForegroundOnly) {
            const bool isIgnored = value == kWhite && !references.isBlackAndWhite();
            plan.predictionClass[at] = value > 0 ? 1 : 0;
            plan.referenceClass[at] = isIgnored ? kWhite : classMap[at] > 0 ? 1 : 0;
            continue;
        }
        plan.predictionClass[at] = static_cast<std::uint8_t>(value);
        plan.referenceClass[at] = classMap[at];
        if (predictions.occurs()[at])
            occurring.insert(value);
        if (references.occurs()[at])
            occurring.insert(classMap[at]);
    }
    occurring.erase(0);
    occurring.erase(kWhite);
    plan.classes.assign(occurring.begin(), occurring.end());
}

void apply(const ClassTable& table, MaskValues& mask)
{
    for (std::uint8_t& value : mask.values)
        value = table[value];
}

} // namespace

Result<ClassTable> parseClassMap(const std::string& text)
{
    ClassTable map{};
    for (std::size_t i = 0; i < map.size(); ++i)
        map[i] = static_cast<std::uint8_t>(i);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string item = text.substr(begin, end - begin);
        const std::size_t equals = std::min(item.find('='), item.size());
        const auto from = classNumber(item.substr(0, equals));
        const auto to = equals < item.size() ? classNumber(item.substr(equals + 1)) : std::nullopt;
        if (!from || !to)
            return fail(ErrorCode::InvalidArgument, "--map " + text, "expected for example 1=2,2=1");
        map[*from] = *to;
        begin = end + 1;
    }
    return map;
}

Result<EvaluationPlan> planEvaluation(MaskPairs masks, const ClassTable& classMap, const CancelToken& cancel,
                                      const std::function<void(int, int)>& progress)
{
    EvaluationPlan plan;
    ValueCensus predictions;
    ValueCensus references;
    std::vector<std::pair<MaskEntry, MaskEntry>> usable;
    std::optional<Error> firstError;
    const int total = static_cast<int>(masks.pairs.size());
    for (int i = 0; i < total; ++i) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "evaluate");
        const auto& entries = masks.pairs[static_cast<std::size_t>(i)];
        if (const auto pair = readPair(entries)) {
            predictions.count(pair->prediction);
            references.count(pair->reference);
            usable.push_back(entries);
        } else {
            plan.faults.push_back(describe(pair.error()));
            firstError = firstError ? firstError : pair.error();
        }
        progress(i + 1, total);
    }
    if (usable.empty() && firstError)
        return tl::unexpected(*firstError);
    for (const auto& [census, entry] :
         {std::pair(&predictions, &usable.front().first), std::pair(&references, &usable.front().second)})
        if (census->different() > kMostClasses)
            return fail(ErrorCode::InvalidArgument, entry->file.parent_path().string(),
                        std::to_string(census->different()) + " different values: pictures, not class masks");
    plan.isForegroundOnly = predictions.isBlackAndWhite() || references.isBlackAndWhite();
    fillTables(plan, predictions, references, classMap);
    plan.masks = std::move(masks);
    plan.masks.pairs = std::move(usable);
    return plan;
}

Status forEachPair(const EvaluationPlan& plan, double spacingMm, const CancelToken& cancel,
                   const std::function<void(const std::string& name, const LabelPair& pair)>& use)
{
    for (const auto& entries : plan.masks.pairs) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "evaluate");
        auto pair = readPair(entries);
        if (!pair)
            return tl::unexpected(pair.error());
        apply(plan.predictionClass, pair->prediction);
        apply(plan.referenceClass, pair->reference);
        use(entries.second.name, {pair->prediction.values.data(), pair->reference.values.data(),
                                  pair->reference.width, pair->reference.height, spacingMm});
    }
    return {};
}

} // namespace fedefm::cli
