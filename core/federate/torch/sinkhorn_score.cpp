// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/sinkhorn_score_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr double kNegligibleLength = 1e-8;
constexpr double kEpsilonFactor = 0.25; ///< from one ε to the next on the way down
constexpr int kSweepsOnTheWay = 10;
constexpr int kSweepsPerLook = 20; ///< a look at the error waits for the device

/// Maps as unit vectors and their masses; all in double, for exp((f + g − c)/ε) has no digits to spare.
struct Sides
{
    torch::Tensor cost;       ///< samples × rows × columns
    torch::Tensor rowMass;    ///< samples × rows
    torch::Tensor columnMass; ///< samples × columns
};

torch::Tensor massesOf(const torch::Tensor& nodes, const torch::Tensor& isLong, const torch::Tensor& other,
                       const EmdScoreOptions& options)
{
    if (options.masses == NodeMasses::Uniform)
        return torch::full({nodes.size(0), nodes.size(1)}, 1.0 / static_cast<double>(nodes.size(1)),
                           nodes.options());
    const torch::Tensor reference = torch::matmul(nodes, other.mean(1).unsqueeze(2)).squeeze(2);
    const torch::Tensor mass = (reference * isLong).clamp_min(0.0) + options.massFloor;
    const torch::Tensor normalised = mass / mass.sum(1, true);
    return options.gradientThroughMasses ? normalised : normalised.detach();
}

Sides sidesOf(const torch::Tensor& student, const torch::Tensor& teacher, const EmdScoreOptions& options)
{
    const auto unitOf = [](const torch::Tensor& nodes, const torch::Tensor& isLong) {
        // Nodes of negligible length have cosine 0 and no gradient; 1 keeps their division finite.
        const torch::Tensor squared = nodes.square().sum(2);
        const torch::Tensor length = torch::where(isLong, squared, torch::ones_like(squared)).sqrt();
        return nodes * (isLong / length).unsqueeze(2);
    };
    const auto isLongOf = [](const torch::Tensor& nodes) {
        return nodes.square().sum(2) >= kNegligibleLength * kNegligibleLength;
    };
    const torch::Tensor isLong = isLongOf(student);
    const torch::Tensor isOtherLong = isLongOf(teacher);
    Sides sides;
    sides.cost = 1.0 - torch::bmm(unitOf(student, isLong), unitOf(teacher, isOtherLong).transpose(1, 2));
    sides.rowMass = massesOf(student, isLong, teacher, options);
    sides.columnMass = massesOf(teacher, isOtherLong, student, options);
    return sides;
}

/// Potentials f and g of the regularised problem.
struct Potentials
{
    torch::Tensor f;
    torch::Tensor g;
};

torch::Tensor flowOf(const Potentials& potentials, const torch::Tensor& cost, double epsilon)
{
    return ((potentials.f.unsqueeze(2) + potentials.g.unsqueeze(1) - cost) / epsilon).exp();
}

void sweep(Potentials& potentials, const Sides& sides, double epsilon)
{
    const auto scaled = [&](const torch::Tensor& potential) { return (potential - sides.cost) / epsilon; };
    potentials.f = epsilon * (sides.rowMass.log() - scaled(potentials.g.unsqueeze(1)).logsumexp(2));
    potentials.g = epsilon * (sides.columnMass.log() - scaled(potentials.f.unsqueeze(2)).logsumexp(1));
}

Potentials iterate(const Sides& sides, const TransportOptions& options)
{
    Potentials potentials{torch::zeros_like(sides.rowMass), torch::zeros_like(sides.columnMass)};
    const double range = (sides.cost.max() - sides.cost.min()).item<double>();
    int sweeps = 0;
    for (double epsilon = std::max(options.epsilon, range / 4.0);
         epsilon > options.epsilon && sweeps < options.maxIterations; epsilon *= kEpsilonFactor)
        for (int at = 0; at < kSweepsOnTheWay; ++at, ++sweeps)
            sweep(potentials, sides, epsilon);
    do {
        for (int at = 0; at < kSweepsPerLook; ++at, ++sweeps)
            sweep(potentials, sides, options.epsilon);
        const torch::Tensor rows = flowOf(potentials, sides.cost, options.epsilon).sum(2);
        if ((rows - sides.rowMass).abs().max().item<double>() <= options.tolerance)
            break;
    } while (sweeps < options.maxIterations);
    return potentials;
}

/// Makes the marginals exact (Altschuler, Weed, Rigollet 2017, algorithm 2), as the solver on the CPU does.
torch::Tensor rounded(torch::Tensor flow, const Sides& sides)
{
    const auto down = [](const torch::Tensor& masses, const torch::Tensor& sums) {
        return (masses / sums.clamp_min(1e-300)).clamp_max(1.0);
    };
    flow = flow * down(sides.rowMass, flow.sum(2)).unsqueeze(2);
    flow = flow * down(sides.columnMass, flow.sum(1)).unsqueeze(1);
    const torch::Tensor rows = (sides.rowMass - flow.sum(2)).clamp_min(0.0);
    const torch::Tensor columns = (sides.columnMass - flow.sum(1)).clamp_min(0.0);
    const torch::Tensor missing = columns.sum(1, true).clamp_min(1e-300);
    return flow + (rows / missing).unsqueeze(2) * columns.unsqueeze(1);
}

/// Feasible for the unregularised problem, which is what its gradient by the masses is made of.
void makeFeasible(Potentials& potentials, const torch::Tensor& cost)
{
    potentials.g = std::get<0>((cost - potentials.f.unsqueeze(2)).min(1));
    potentials.f = std::get<0>((cost - potentials.g.unsqueeze(1)).min(2));
}

} // namespace

Result<torch::Tensor> sinkhornScore(const torch::Tensor& student, const torch::Tensor& teacher,
                                    const EmdScoreOptions& options, bool isDifferentiated)
{
    const torch::Tensor known = teacher.detach().to(torch::kDouble);
    torch::Tensor flow, value;
    Potentials potentials;
    {
        const torch::NoGradGuard noGrad;
        const Sides sides = sidesOf(student.detach().to(torch::kDouble), known, options);
        if (!sides.cost.isfinite().all().item<bool>() || !sides.rowMass.isfinite().all().item<bool>())
            return fail(ErrorCode::InvalidArgument, "features", "a value is not finite");
        potentials = iterate(sides, options.transport);
        flow = rounded(flowOf(potentials, sides.cost, options.transport.epsilon), sides);
        makeFeasible(potentials, sides.cost);
        value = 1.0 - (flow * sides.cost).sum() / static_cast<double>(student.size(0));
    }
    value = value.to(torch::kFloat);
    if (!isDifferentiated)
        return value;
    // By duality flow and potentials count as constants; the rest is the chain rule, which LibTorch knows.
    const Sides sides = sidesOf(student.to(torch::kDouble), known, options);
    const torch::Tensor cost = (flow * sides.cost).sum() + (potentials.f * sides.rowMass).sum() +
                               (potentials.g * sides.columnMass).sum();
    const torch::Tensor slope = (-cost / static_cast<double>(student.size(0))).to(torch::kFloat);
    return value + (slope - slope.detach()); // exactly 0, with a gradient
}

} // namespace fedefm
