// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace fedefm::transport {

/// min_j cost[j] + shift[j].
double minimumSum(const double* cost, const double* shift, int count);

/// The first j with cost[j] + shift[j] ≤ value, or −1.
int findSum(const double* cost, const double* shift, int count, double value);

/// minimum[k] = min(minimum[k], values[k]).
void lowerTo(double* minimum, const double* values, int count);

/// target[k] += factor values[k].
void addScaled(double* target, const double* values, double factor, int count);

/// Σ a[k] b[k].
double dotProduct(const double* a, const double* b, int count);

/// Four products with rows b, b + stride … at once.
void dotProducts4(const double* a, const double* b, int stride, int count, double* products);

} // namespace fedefm::transport
