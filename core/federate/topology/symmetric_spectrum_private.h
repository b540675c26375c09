// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <complex>

namespace fedefm {

/// Eigenvalues in ascending order, with their vectors as columns where asked for.
struct Spectrum
{
    Eigen::VectorXd values;
    Eigen::MatrixXd vectors;
};
Spectrum symmetricSpectrum(const Eigen::MatrixXd& matrix, bool withVectors);

/// The second largest modulus of the eigenvalues of any square matrix; 0 for 1 × 1.
double secondLargestModulus(const Eigen::MatrixXd& matrix);

} // namespace fedefm
