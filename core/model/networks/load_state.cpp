// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/library_message.h"
#include "core/model/networks/foreign_names_private.h"
#include "core/model/networks/network_private.h"
#include "core/model/networks/position_resize_private.h"

#include <algorithm>

namespace fedefm {

namespace {

using Tensors = std::map<std::string, torch::Tensor>;

bool beginsWith(const std::string& text, const std::string& begin)
{
    return text.compare(0, begin.size(), begin) == 0;
}

Tensors renamedTensors(const TensorFile& file, const LoadRules& rules)
{
    Tensors result;
    for (const auto& [name, stored] : file.tensors) {
        const bool prefixed = !rules.dropPrefix.empty() && beginsWith(name, rules.dropPrefix);
        const std::string rest = prefixed ? name.substr(rules.dropPrefix.size()) : name;
        result.emplace(rest, toTensor(stored));
    }
    return result;
}

/// One entry of the file against one of the network: what is to be copied, or nothing.
torch::Tensor fittingValue(const std::string& name, const torch::Tensor& stored, const torch::Tensor& target,
                           const LoadRules& rules, LoadReport& report)
{
    if (stored.sizes() == target.sizes())
        return stored;
    // Some writers store counters as vectors of one element.
    if (stored.numel() == 1 && target.numel() == 1)
        return stored.reshape(target.sizes());
    if (rules.resizePositions) {
        if (isDerivedEntry(name)) {
            report.resized.push_back(name);
            return target.detach().clone();
        }
        if (const auto resized = resizedPosition(name, stored, target.sizes().vec())) {
            report.resized.push_back(name);
            return *resized;
        }
    }
    report.reshaped.push_back(name + ": " + shapeText(stored) + " in the file, " + shapeText(target) +
                              " in the network");
    return {};
}

bool isAbsentByDesign(const std::string& name, const ForeignNames& foreign)
{
    return std::any_of(foreign.absentByDesign.begin(), foreign.absentByDesign.end(),
                       [&name](const std::string& begin) { return beginsWith(name, begin); });
}

std::string listText(const char* what, const std::vector<std::string>& names)
{
    constexpr std::size_t kMostNamed = 20;
    if (names.empty())
        return {};
    std::string text = std::to_string(names.size()) + " " + what + " (";
    for (std::size_t i = 0; i < std::min(kMostNamed, names.size()); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return text + (names.size() > kMostNamed ? ", …); " : "); ");
}

/// Empty when the differences are allowed.
std::string complaint(const LoadReport& report, const std::vector<std::string>& lacking,
                      const LoadRules& rules)
{
    const bool isAnotherNetwork = static_cast<int>(report.reshaped.size()) >= report.loaded;
    std::string text;
    if (!rules.allowReshaped || isAnotherNetwork)
        text += listText("of another shape", report.reshaped);
    if (!rules.allowMissing)
        text += listText("missing", lacking);
    if (!rules.allowUnexpected)
        text += listText("unexpected", report.unexpected);
    if (text.empty() && report.loaded == 0)
        text = "no entry of the file belongs to this network; ";
    return text.empty() ? text : text.substr(0, text.size() - 2);
}

} // namespace

Result<LoadReport> loadState(torch::nn::Module& network, const TensorFile& file, const std::string& subject,
                             const LoadRules& rules)
try {
    const Tensors state = stateOf(network);
    const auto* known = dynamic_cast<const Network*>(&network);
    const ForeignNames foreign = translatedNames(renamedTensors(file, rules), state);
    LoadReport report;
    Tensors values;
    for (const auto& [name, stored] : foreign.tensors) {
        const auto target = state.find(name);
        if (target == state.end()) {
            // What follows from the sizes is not there in a network that is smaller than a window.
            if (!isDerivedEntry(name) && (!known || !known->ignoresEntry(name)))
                report.unexpected.push_back(name);
            continue;
        }
        const torch::Tensor value = fittingValue(name, stored, target->second, rules, report);
        if (value.defined())
            values.emplace(name, value);
    }
    std::vector<std::string> lacking;
    for (const auto& [name, target] : state) {
        if (foreign.tensors.count(name) > 0)
            continue;
        report.missing.push_back(name);
        if (!(rules.isBeginning && isAbsentByDesign(name, foreign)) && !isDerivedEntry(name))
            lacking.push_back(name);
    }
    report.loaded = static_cast<int>(values.size());
    if (const std::string text = complaint(report, lacking, rules); !text.empty())
        return fail(ErrorCode::ModelBroken, subject, text);
    const torch::NoGradGuard noGrad;
    for (const auto& [name, value] : values)
        state.at(name).detach().copy_(value);
    return report;
} catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, subject);
} catch (const std::exception& exception) {
    return fail(ErrorCode::ModelBroken, subject, libraryMessage(exception.what()));
}

} // namespace fedefm
