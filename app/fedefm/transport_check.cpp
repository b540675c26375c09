// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/transport_check.h"

#include "app/cli/bench_figure.h"
#include "core/base/clock.h"
#include "core/model/checkpoint/tensor_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace fedefm::cli {

namespace {

constexpr double kDefaultTolerance = 1e-7;
constexpr double kLargestIndex = 999999.0;
constexpr int kMostRepeats = 9;
constexpr double kRepeatMs = 20.0; ///< time spent on repeating one solution

Result<nlohmann::json> readConfig(const std::filesystem::path& file)
{
    std::ifstream stream(file);
    if (!stream)
        return fail(std::filesystem::exists(file) ? ErrorCode::FileUnreadable : ErrorCode::FileNotFound,
                    file.string());
    auto config = nlohmann::json::parse(stream, nullptr, false);
    if (!config.is_object() || !config.contains("problems") || !config["problems"].is_array())
        return fail(ErrorCode::InvalidArgument, file.string(), "no JSON object with a list `problems`");
    return config;
}

/// emd.safetensors, or the only safetensors file of the folder.
Result<std::filesystem::path> tensorFileOf(const std::filesystem::path& folder)
{
    const auto usual = folder / "emd.safetensors";
    std::error_code error;
    if (std::filesystem::exists(usual, error))
        return usual;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".safetensors")
            found.push_back(entry.path());
    if (found.size() != 1)
        return fail(ErrorCode::FileNotFound, usual.string());
    return found.front();
}

double numberOr(const nlohmann::json& object, const char* key, double otherwise)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

Result<std::vector<double>> valuesOf(const StoredTensor& tensor, const std::string& name)
{
    std::vector<double> values(tensor.elementCount());
    if (tensor.type == DType::F64) {
        std::memcpy(values.data(), tensor.data, tensor.byteCount());
        return values;
    }
    if (tensor.type != DType::F32)
        return fail(ErrorCode::InvalidArgument, name, std::string("type ") + dtypeName(tensor.type));
    std::vector<float> singles(values.size());
    std::memcpy(singles.data(), tensor.data, tensor.byteCount());
    std::copy(singles.begin(), singles.end(), values.begin());
    return values;
}

/// The tensors of one problem.
struct StoredProblem
{
    std::vector<double> cost;
    std::vector<double> rowMass;
    std::vector<double> columnMass;
    std::vector<double> gradient; ///< empty: none
    TransportProblem view;
};

class ProblemReader
{
public:
    explicit ProblemReader(TensorFile file) : m_file(std::move(file)) {}

    Result<StoredProblem> read(int index) const
    {
        StoredProblem problem;
        const std::string prefix = prefixOf(index);
        const auto cost = m_file.tensors.find(prefix + "cost");
        if (cost == m_file.tensors.end())
            return fail(ErrorCode::InvalidArgument, prefix + "cost", "there is no such tensor");
        if (cost->second.shape.size() != 2)
            return fail(ErrorCode::InvalidArgument, prefix + "cost", "shape " + cost->second.shapeText());
        const auto rows = cost->second.shape[0];
        const auto columns = cost->second.shape[1];
        problem.view.rows = static_cast<int>(rows);
        problem.view.columns = static_cast<int>(columns);
        for (const auto& [name, target, count] :
             {std::tuple{"cost", &problem.cost, rows * columns}, std::tuple{"a", &problem.rowMass, rows},
              std::tuple{"b", &problem.columnMass, columns}})
            if (auto loaded = load(prefix + name, count, *target); !loaded)
                return tl::unexpected(loaded.error());
        if (m_file.tensors.count(prefix + "gradient") > 0)
            if (auto loaded = load(prefix + "gradient", rows * columns, problem.gradient); !loaded)
                return tl::unexpected(loaded.error());
        problem.view.cost = problem.cost.data();
        problem.view.rowMass = problem.rowMass.data();
        problem.view.columnMass = problem.columnMass.data();
        return problem;
    }

private:
    std::string prefixOf(int index) const
    {
        std::string digits = std::to_string(index);
        for (std::size_t width = digits.size(); width <= 6; ++width, digits = "0" + digits)
            if (width >= 2 && m_file.tensors.count("p" + digits + ".cost") > 0)
                return "p" + digits + ".";
        return (index < 10 && m_file.tensors.count("p" + std::to_string(index) + ".cost") == 0 ? "p0" : "p") +
               std::to_string(index) + ".";
    }

    Status load(const std::string& name, std::int64_t count, std::vector<double>& target) const
    {
        const auto found = m_file.tensors.find(name);
        if (found == m_file.tensors.end())
            return fail(ErrorCode::InvalidArgument, name, "there is no such tensor");
        if (found->second.elementCount() != static_cast<std::size_t>(count))
            return fail(ErrorCode::InvalidArgument, name, "shape " + found->second.shapeText());
        auto values = valuesOf(found->second, name);
        if (!values)
            return tl::unexpected(values.error());
        target = std::move(*values);
        return {};
    }

    TensorFile m_file;
};

Result<double> solveRepeatedly(TransportSolver& solver, const TransportProblem& problem,
                               TransportSolution& solution)
{
    const SteadyClock clock;
    std::vector<double> times;
    double total = 0.0;
    while (times.empty() || (static_cast<int>(times.size()) < kMostRepeats && total < kRepeatMs)) {
        const double start = clock.nowMs();
        if (auto solved = solver.solve(problem, solution); !solved)
            return tl::unexpected(solved.error());
        times.push_back(clock.nowMs() - start);
        total += times.back();
    }
    return medianOf(times);
}

void compare(const StoredProblem& problem, double reference, const TransportSolution& solution,
             TransportCheckEntry& entry)
{
    const auto residuals = residualsOf(problem.view, solution);
    entry.cost = solution.cost;
    entry.costError = std::abs(solution.cost - reference);
    entry.marginalError = std::max(residuals.marginal, residuals.negativity);
    entry.dualInfeasibility = residuals.dualInfeasibility;
    entry.dualError = std::abs(residuals.dualValue - reference);
    entry.iterations = solution.iterations;
    entry.isConverged = solution.isConverged;
    if (problem.gradient.empty())
        return;
    double worst = 0.0;
    for (std::size_t k = 0; k < problem.gradient.size(); ++k) {
        const double error = std::abs(solution.flow[k] - problem.gradient[k]);
        worst = std::isnan(worst) || worst >= error ? worst : error; // what is not a number stays
    }
    entry.gradientError = worst;
}

/// Where the configuration says otherwise than the tensor, one of both is of another problem.
std::string contradiction(const nlohmann::json& description, const TransportProblem& problem)
{
    for (const auto& [key, size] : {std::pair{"n", problem.rows}, std::pair{"m", problem.columns}})
        if (numberOr(description, key, size) != size)
            return std::string("the config states ") + key + " " + description[key].dump() +
                   ", the tensor has " + std::to_string(size);
    return {};
}

/// Every figure within its tolerance; one that is not a number is not.
bool isWithin(const TransportCheckEntry& entry, const TransportCheckReport& report)
{
    const double errors[] = {entry.costError, entry.marginalError, entry.dualInfeasibility, entry.dualError};
    return std::all_of(std::begin(errors), std::end(errors),
                       [&report](double error) { return error <= report.costTolerance; }) &&
           entry.gradientError.value_or(0.0) <= report.gradientTolerance;
}

TransportCheckEntry checkOne(const nlohmann::json& description, int position, const ProblemReader& reader,
                             TransportSolver& solver, const TransportCheckReport& report)
{
    TransportCheckEntry entry;
    const double index = numberOr(description, "index", position);
    const bool isIndex = index >= 0.0 && index <= kLargestIndex && index == std::floor(index);
    entry.index = isIndex ? static_cast<int>(index) : position;
    if (description.contains("kind") && description["kind"].is_string())
        entry.kind = description["kind"].get<std::string>();
    if (!isIndex) {
        entry.problem = "its index is " + description["index"].dump() + ", a whole number from 0 is expected";
        return entry;
    }
    const auto problem = reader.read(entry.index);
    if (!problem) {
        entry.problem = problem.error().subject + ": " + problem.error().detail;
        return entry;
    }
    entry.rows = problem->view.rows;
    entry.columns = problem->view.columns;
    entry.problem = contradiction(description, problem->view);
    if (!entry.problem.empty())
        return entry;
    TransportSolution solution;
    const auto ms = solveRepeatedly(solver, problem->view, solution);
    if (!ms) {
        entry.problem = ms.error().detail;
        return entry;
    }
    entry.ms = *ms;
    const double reference = numberOr(description, "optimal_cost", std::nan(""));
    if (!std::isfinite(reference)) {
        entry.problem = "the config states no optimal_cost";
        return entry;
    }
    compare(*problem, reference, solution, entry);
    if (!std::isfinite(entry.cost))
        entry.problem = "the solution is not finite: the regularisation is too small for costs of this size";
    entry.isOk = entry.problem.empty() && isWithin(entry, report);
    return entry;
}

} // namespace

bool TransportCheckReport::isOk() const
{
    return std::all_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.isOk; });
}

Result<TransportCheckReport> checkTransport(const std::filesystem::path& folder,
                                            const TransportOptions& options,
                                            const std::function<bool()>& isCancelled)
{
    const auto config = readConfig(folder / "config.json");
    if (!config)
        return tl::unexpected(config.error());
    const auto file = tensorFileOf(folder);
    if (!file)
        return tl::unexpected(file.error());
    auto tensors = readTensorFile(*file);
    if (!tensors)
        return tl::unexpected(tensors.error());
    auto solver = makeTransportSolver(options);
    if (!solver)
        return tl::unexpected(solver.error());
    const ProblemReader reader(std::move(*tensors));
    TransportCheckReport report;
    const auto tolerance = config->value("tolerance", nlohmann::json::object());
    report.costTolerance = numberOr(tolerance, "optimal_cost_abs", kDefaultTolerance);
    report.gradientTolerance = numberOr(tolerance, "gradient_abs", kDefaultTolerance);
    for (const auto& description : (*config)["problems"]) {
        if (isCancelled())
            return fail(ErrorCode::Cancelled, folder.string());
        const int position = static_cast<int>(report.entries.size());
        report.entries.push_back(checkOne(description, position, reader, **solver, report));
    }
    if (report.entries.empty())
        return fail(ErrorCode::InvalidArgument, folder.string(), "the list `problems` is empty");
    return report;
}

} // namespace fedefm::cli
