// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/bench_figure.h"

namespace fedefm::cli {

/// Federated sessions, each in a process of its own: memory, rounds per second beside eager Python, what a
/// round costs beside its computing, the share of the EMD. `add` gets every figure as soon as it is measured,
/// `say` remarks.
Status benchFederation(int threads, const std::function<void(const BenchFigure&)>& add,
                       const std::function<void(const std::string&)>& say);

} // namespace fedefm::cli
