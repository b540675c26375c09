// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/symmetric_spectrum_private.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <vector>

namespace fedefm {

Spectrum symmetricSpectrum(const Eigen::MatrixXd& matrix, bool withVectors)
{
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
        matrix, withVectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    Spectrum spectrum;
    spectrum.values = solver.eigenvalues();
    if (withVectors)
        spectrum.vectors = solver.eigenvectors();
    return spectrum;
}

double secondLargestModulus(const Eigen::MatrixXd& matrix)
{
    std::vector<double> moduli;
    if (matrix.isApprox(matrix.transpose())) {
        for (const double value : symmetricSpectrum(matrix, false).values)
            moduli.push_back(std::abs(value));
    } else {
        for (const std::complex<double>& value : matrix.eigenvalues())
            moduli.push_back(std::abs(value));
    }
    if (moduli.size() < 2)
        return 0.0;
    std::nth_element(moduli.begin(), moduli.begin() + 1, moduli.end(), std::greater<>());
    return moduli[1];
}

} // namespace fedefm
