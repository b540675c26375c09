// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/random.h"
#include "core/train/data/sample.h"

namespace fedefm {

/// Where an output pixel comes from: source = linear · (x, y) + offset + elastic(x, y).
struct Warp
{
    int width = 0; ///< of the output
    int height = 0;
    double xx = 1.0, xy = 0.0, yx = 0.0, yy = 1.0;
    double offsetX = 0.0, offsetY = 0.0;
    /// Nodes of a cubic B-spline, gridWidth·gridHeight, first node at (−spacing, −spacing); empty: none.
    std::vector<Point> elastic;
    int gridWidth = 0;
    int gridHeight = 0;
    double spacingPx = 1.0;

    Point source(double x, double y) const;
    /// The output position whose source is `p`.
    Point target(Point p) const;
    bool isIdentity(const Sample& sample) const;
};

/// A smooth random field whose displacements are at most `largestPx` in x and in y.
void addElastic(Warp& warp, double largestPx, Random& random);

/// Picture bilinear with the edge carried on, labels nearest and kIgnoreLabel beyond the picture, curves
/// moved; the mean width of a line follows the scale.
void applyWarp(Sample& sample, const Warp& warp);

} // namespace fedefm
