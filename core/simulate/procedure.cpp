// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/procedure.h"

#include "core/simulate/elastic_rod.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kFirstIterations = 120;
constexpr int kFrameIterations = 10;
constexpr double kLeastLengthMm = 20.0;

/// The combined rod: where the wire runs inside the catheter both resist, beyond it the wire alone does.
std::vector<RodMaterial> materialOf(const ProcedureSettings& settings, std::size_t nodes, double spacingMm,
                                    double catheterMm, double wireMm)
{
    std::vector<RodMaterial> material(nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
        const double at = static_cast<double>(i) * spacingMm;
        RodMaterial& m = material[i];
        if (at > catheterMm) {
            const double fromTip = wireMm - at;
            const double soft = std::clamp(fromTip / std::max(settings.wire.softTipMm, 1.0), 0.0, 1.0);
            m.stiffness = settings.wire.stiffness * (0.25 + 0.75 * soft);
            m.restCurvature = settings.wire.restCurvature(fromTip);
            m.radiusMm = settings.wire.radiusMm;
            continue;
        }
        const double fromTip = catheterMm - at;
        // A wire inside straightens the catheter's curve.
        const double straightened = at < wireMm ? 0.45 : 1.0;
        m.stiffness = settings.catheter.stiffness;
        m.restCurvature = straightened * settings.catheter.restCurvature(fromTip);
        m.radiusMm = settings.catheter.radiusMm;
    }
    return material;
}

/// The operator: one move for some frames, then another.
class Operator
{
public:
    Operator(const ProcedureSettings& settings, RandomStream& random) : m_settings(settings), m_random(random)
    {
    }

    DeviceAction next()
    {
        if (m_left-- <= 0) {
            m_action = draw();
            m_left = 2 + m_random.index(12);
            m_speed = m_settings.speedMmPerFrame * m_random.range(0.3, 1.6);
        }
        return m_action;
    }
    double speed() const { return m_speed; }
    double turn() const { return 0.12 * m_speed; }

private:
    DeviceAction draw()
    {
        const double u = m_random.uniform();
        const std::pair<double, DeviceAction> shares[] = {{0.18, DeviceAction::Rest},
                                                          {0.34, DeviceAction::AdvanceCatheter},
                                                          {0.42, DeviceAction::RetractCatheter},
                                                          {0.50, DeviceAction::RotateCatheter},
                                                          {0.78, DeviceAction::AdvanceGuidewire},
                                                          {0.90, DeviceAction::RetractGuidewire}};
        for (const auto& [limit, action] : shares)
            if (u < limit)
                return action;
        return DeviceAction::RotateGuidewire;
    }

    const ProcedureSettings& m_settings;
    RandomStream& m_random;
    DeviceAction m_action = DeviceAction::Rest;
    int m_left = 0;
    double m_speed = 1.0;
};

struct Lengths
{
    double catheter = 0.0;
    double wire = 0.0;
    double roll = 0.0;
};

/// Applies the move; one that the vessel's end or the other instrument forbids becomes a rest.
DeviceAction apply(DeviceAction action, const Operator& hand, double longest, Lengths& at)
{
    Lengths moved = at;
    switch (action) {
    case DeviceAction::AdvanceCatheter:
        moved.catheter += hand.speed();
        break;
    case DeviceAction::RetractCatheter:
        moved.catheter -= hand.speed();
        break;
    case DeviceAction::AdvanceGuidewire:
        moved.wire += hand.speed();
        break;
    case DeviceAction::RetractGuidewire:
        moved.wire -= hand.speed();
        break;
    case DeviceAction::RotateCatheter:
        moved.roll += hand.turn();
        break;
    case DeviceAction::RotateGuidewire:
        moved.roll -= hand.turn();
        break;
    case DeviceAction::Rest:
        break;
    }
    const bool fits = moved.catheter <= longest && moved.wire <= longest &&
                      moved.catheter >= kLeastLengthMm && moved.wire >= kLeastLengthMm;
    if (!fits)
        return DeviceAction::Rest;
    at = moved;
    return action;
}

/// Pulling takes the slack out, which brings the rod to the inner wall.
double pushOf(DeviceAction action, double push)
{
    const bool isPulled = action == DeviceAction::RetractCatheter || action == DeviceAction::RetractGuidewire;
    return isPulled ? -0.3 * push : push;
}

} // namespace

std::vector<ProcedureState> simulateProcedure(const ProcedureSettings& settings, RandomStream random)
{
    const double longest = std::max(2.0 * kLeastLengthMm, settings.reachMm - settings.startMm - 4.0);
    Lengths at;
    at.catheter = std::clamp(settings.catheterTipMm - settings.startMm, kLeastLengthMm, longest);
    at.wire = std::clamp(at.catheter + settings.wireBeyondMm, kLeastLengthMm, longest);
    at.roll = random.range(0.0, 6.28);
    const double first = std::max(at.catheter, at.wire);
    ElasticRod rod(settings.lumen, settings.startMm, first, settings.nodeSpacingMm);
    Operator hand(settings, random);
    std::vector<ProcedureState> states;
    states.reserve(static_cast<std::size_t>(settings.frames));
    for (int frame = 0; frame < settings.frames; ++frame) {
        ProcedureState state;
        if (frame > 0) {
            state.action = apply(hand.next(), hand, longest, at);
            rod.setLength(std::max(at.catheter, at.wire));
        }
        const auto material = materialOf(settings, rod.nodes().size(), rod.spacingMm(), at.catheter, at.wire);
        if (frame == 0 || state.action != DeviceAction::Rest)
            rod.relax(material, at.roll, pushOf(state.action, settings.push),
                      frame == 0 ? kFirstIterations : kFrameIterations);
        state.rod = rod.nodes();
        state.spacingMm = rod.spacingMm();
        state.catheterMm = std::min(at.catheter, rod.lengthMm());
        state.wireMm = std::min(at.wire, rod.lengthMm());
        state.touchesWall = rod.touchesWall();
        states.push_back(std::move(state));
    }
    return states;
}

} // namespace fedefm
