// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::transport {

/// min_j cost[j] − dual[j].
double minimumReduced(const double* cost, const double* dual, int count);

/// The first j with cost[j] − dual[j] ≤ value, or −1.
int findReduced(const double* cost, const double* dual, int count, double value);

/// minimum[j] = min(minimum[j], cost[j] − shift).
void lowerTo(double* minimum, const double* cost, double shift, int count);

/// Σ a[k] b[k].
double dotProduct(const double* a, const double* b, int count);

/// Four products with rows b, b + stride … at once.
void dotProducts4(const double* a, const double* b, int stride, int count, double* products);

} // namespace fedefm::transport
