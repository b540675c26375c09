// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/strict_object.h"
#include "core/transport/emd_score.h"

namespace fedefm {

/// Multishot federated distillation with all that the paper leaves open; docs/federation.md explains each.
struct FedEfmOptions
{
    int localSteps = 10;    ///< own data, before sending
    int overseasSteps = 10; ///< of each visitor at each host
    /// Hosts of a visitor, at most all others; with several, each silo sends one on a tour. docs/results.md
    /// says why the defaults are these.
    int hops = 4;
    int homeSteps = 0; ///< distillation from the experts that came back
    double temperature = 4.0;
    double beta = 0.5;                 ///< of the soft term
    std::string weighting = "clamped"; ///< of an expert: "raw", "clamped", "normalised", "none"
    bool isDifferentiated = false;     ///< the score's gradient reaches the student
    double hardFloor = -1.0;           ///< least weight of the label term; 0: none, < 0: 1 − β
    int nodeSide = 8;                  ///< feature maps are pooled to that many nodes a side
    double fuse = 0.5;                 ///< share of the experts in the own weights; 0: none
    bool fusesByScore = false;         ///< each expert's part is multiplied with its score
    bool fusesFirst = true;            ///< before the distillation
    int gossip = 1;                    ///< rounds between two averagings; 0: never
    std::string averaging = "tree";    ///< one mean of all along a spanning tree, or "neighbours"
    int mixes = 1;                     ///< averagings with the neighbours, one after the other
    bool isNotTrue = false;            ///< distil without the label's class (Lee et al. 2022)
    double logitAdjustment = 0.0;      ///< τ of the host's label prior
    EmdScoreOptions emd;

    bool usesEmd() const { return weighting != "none" || fusesByScore; }
};

/// "strict": true begins with the literal algorithm of the paper: one step at one host and one at home, no
/// fusing, no gossip, no local steps, raw weights, no floor; what else is given counts on top. Its round 0 is
/// the plan's warm-up.
FedEfmOptions readFedEfmOptions(StrictObject& options);

} // namespace fedefm
