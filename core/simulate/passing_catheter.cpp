// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/passing_catheter.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kNodes = 60;

Point3 inPicture(const CArmView& view, const CArmView::Axes& axes, double rightMm, double downMm)
{
    return view.centre + axes.right * rightMm + axes.down * downMm;
}

ProcedureState crossingCatheter(const SceneSettings& scene, RandomStream& random)
{
    const double field = scene.view.fieldMm();
    const CArmView::Axes axes = scene.view.axes();
    const double angle = 1.57 + 0.5 * random.normal();
    const double offset = field * random.range(-0.4, 0.4);
    const double bow = scene.passingBend * field * random.range(-0.12, 0.12);
    const double sway = scene.passingBend * field * random.range(-0.04, 0.04);
    ProcedureState state;
    state.spacingMm = 1.6 * field / (kNodes - 1);
    for (int i = 0; i < kNodes; ++i) {
        const double t = 2.0 * i / (kNodes - 1) - 1.0;
        const double along = 0.8 * field * t;
        const double across = offset + bow * t * t + sway * std::sin(4.0 * t);
        state.rod.push_back(inPicture(scene.view, axes, along * std::cos(angle) - across * std::sin(angle),
                                      along * std::sin(angle) + across * std::cos(angle)));
    }
    state.catheterMm = 1.6 * field;
    return state;
}

/// Comes from the border, mostly from above or below as from the aorta, slightly bent up to its tip.
ProcedureState endingCatheter(const SceneSettings& scene, RandomStream& random)
{
    const double field = scene.view.fieldMm();
    const CArmView::Axes axes = scene.view.axes();
    const double from = 1.57 * random.sign() + 0.6 * random.normal();
    const double lengthMm = field * random.range(0.55, 1.2);
    const double bend = 0.5 * scene.passingBend * random.normal() / field;
    const double tipSide = random.sign() * random.range(0.5, 1.0); // seen from aside it is less bent
    double heading = from + 3.14 + 0.35 * random.normal();
    double right = 0.7 * field * std::cos(from);
    double down = 0.7 * field * std::sin(from);
    ProcedureState state;
    state.spacingMm = std::min(1.0, lengthMm / kNodes);
    for (double way = 0.0; way <= lengthMm; way += state.spacingMm) {
        state.rod.push_back(inPicture(scene.view, axes, right, down));
        const double rest = scene.passingCatheter.restCurvature(lengthMm - way);
        heading += state.spacingMm * (rest != 0.0 ? tipSide * rest : bend);
        right += state.spacingMm * std::cos(heading);
        down += state.spacingMm * std::sin(heading);
    }
    state.catheterMm = state.spacingMm * static_cast<double>(state.rod.size() - 1);
    return state;
}

} // namespace

ProcedureState placePassingCatheter(const SceneSettings& scene, RandomStream random)
{
    return scene.passingEnds ? endingCatheter(scene, random) : crossingCatheter(scene, random);
}

} // namespace fedefm
