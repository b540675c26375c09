// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_solver.h"

#include <memory>
#include <vector>

namespace fedefm {

/// How much each node of a map counts. Both sides add up to 1.
enum class NodeMasses {
    Uniform,
    /// a_p ∝ max(⟨u_p, mean of v⟩, 0) + floor, and the reverse for b (Zhang et al. 2020, DeepEMD, eq. 8).
    CrossReference,
};

struct EmdScoreOptions
{
    TransportOptions transport;
    NodeMasses masses = NodeMasses::CrossReference;
    /// Added to every cross-reference before normalisation, in units of squared features.
    double massFloor = 1e-3;
    /// False: masses count as constants in the gradient.
    bool gradientThroughMasses = true;
    int threads = 1; ///< 0: as many as the machine has
};

/// Two feature maps per sample, row-major and contiguous: samples × nodes × channels. T: float or double.
template <typename T> struct FeatureMaps
{
    int samples = 0;
    int firstNodes = 0;
    int secondNodes = 0;
    int channels = 0;
    const T* first = nullptr;  ///< U
    const T* second = nullptr; ///< V
};

/// Where gradients go, in the shape of the maps; null where none is wanted (a detached map).
template <typename T> struct FeatureGradients
{
    T* first = nullptr;
    T* second = nullptr;
};

/// The EMD score of two feature maps, S = Σ (1 − c_pq) x_pq with c_pq = 1 − cos(u_p, v_q) and x the optimal
/// flow between node masses: 1 for maps that are equal up to the order and length of their nodes, 0 for
/// orthogonal ones.
///
/// Gradients follow from LP duality: ∂S/∂c = −x, ∂S/∂a = −α, ∂S/∂b = −φ, and the chain rule through cosine
/// and masses. They are those of each sample's own score. Where the optimum has several flows or duals, one
/// of the one-sided gradients comes out; with "sinkhorn" and "quadratic" they are approximations, as the flow
/// is.
class EmdScorer
{
public:
    /// Errors: InvalidArgument for options that make no sense.
    static Result<EmdScorer> create(const EmdScoreOptions& options);
    EmdScorer(EmdScorer&&) noexcept;
    EmdScorer& operator=(EmdScorer&&) noexcept;
    ~EmdScorer();

    /// scores[k] is S of sample k. A node of length below 1e-8 has cosine 0 to every other and no gradient by
    /// it. Errors: InvalidArgument (empty maps, NaN or infinite features; detail says where), and those of
    /// the solver.
    Status score(const FeatureMaps<float>& maps, std::vector<double>& scores,
                 const FeatureGradients<float>& gradients = {});
    Status score(const FeatureMaps<double>& maps, std::vector<double>& scores,
                 const FeatureGradients<double>& gradients = {});

    /// Drops what a warm start would use.
    void forget();
    const EmdScoreOptions& options() const;

private:
    class Work;
    explicit EmdScorer(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

} // namespace fedefm
