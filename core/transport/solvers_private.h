// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transport/transport_solver.h"

namespace fedefm::transport {

std::unique_ptr<TransportSolver> makeExactSolver(const TransportOptions& options);
std::unique_ptr<TransportSolver> makeSinkhornSolver(const TransportOptions& options);
std::unique_ptr<TransportSolver> makeQuadraticSolver(const TransportOptions& options);

} // namespace fedefm::transport
