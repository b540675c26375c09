// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/anatomy.h"

#include "core/simulate/anatomy_shapes.h"
#include "core/simulate/plane_filters.h"

namespace fedefm {

namespace {

/// Grid, size and randomness that all builders share.
struct Builder
{
    int gridPx;
    double fieldMm;
    double strength;
    RandomStream random;

    FloatPlane plane() const { return FloatPlane(gridPx, gridPx); }
    FloatPlane noise(double coarsestMm, double finestMm = 0.0, double roughness = 0.5)
    {
        const double pxPerMm = gridPx / fieldMm;
        const double coarsest = std::clamp(coarsestMm * pxPerMm, 4.0, 1.0 * gridPx);
        const double finest = std::clamp(finestMm * pxPerMm, 2.0, coarsest);
        return fractalNoise(gridPx, coarsest, finest, roughness, random.branch(random.bits()));
    }
    void addNoise(FloatPlane& target, double coarsestMm, double amount, double roughness)
    {
        const FloatPlane grain = noise(coarsestMm, 0.0, roughness);
        for (std::size_t i = 0; i < grain.values.size(); ++i)
            target.values[i] += static_cast<float>(amount) * grain.values[i];
    }
};

/// The body: thicker or thinner to one side.
void addBody(Builder& b, FloatPlane& plane)
{
    const double angle = b.random.range(0.0, 6.28);
    const double slope = b.strength * b.random.range(0.0, 0.7) / b.fieldMm;
    const double bow = b.strength * b.random.range(-0.6, 0.6) / (b.fieldMm * b.fieldMm);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    addField(plane, b.fieldMm,
             [&](double x, double y) { return slope * (c * x + s * y) + bow * (x * x + y * y); });
    b.addNoise(plane, b.random.range(30.0, 90.0), 0.10 * b.strength * b.random.range(0.5, 1.5),
               b.random.range(0.35, 0.6));
}

SpineShape randomSpine(Builder& b)
{
    SpineShape spine;
    spine.x = b.fieldMm * b.random.range(-0.4, 0.4);
    spine.tilt = b.random.range(-0.15, 0.15);
    spine.halfWidthMm = b.random.range(14.0, 24.0);
    spine.periodMm = b.random.range(22.0, 40.0);
    spine.phase = b.random.uniform();
    spine.softness = b.random.range(0.08, 0.6);
    spine.disc = b.random.range(0.1, 0.5);
    return spine;
}

void addBlobs(Builder& b, FloatPlane& plane, int count, double smallestMm, double largestMm,
              double attenuation)
{
    for (int i = 0; i < count; ++i)
        addEllipse(plane, b.fieldMm, randomEllipse(b.fieldMm, smallestMm, largestMm, b.random),
                   b.random.sign() * attenuation * b.random.range(0.2, 1.0));
}

AnatomyLayer diaphragm(Builder& b)
{
    AnatomyLayer layer{b.plane(), 1.0, 0.15};
    EllipseShape dome;
    dome.radiusX = b.random.range(70.0, 130.0);
    dome.radiusY = dome.radiusX * b.random.range(0.5, 1.0);
    dome.x = b.fieldMm * b.random.range(-0.5, 0.5);
    dome.y = dome.radiusY + b.fieldMm * b.random.range(-0.05, 0.5);
    dome.softness = b.random.range(0.01, 0.05);
    addEllipse(layer.attenuation, b.fieldMm, dome, b.strength * b.random.range(0.1, 0.6));
    return layer;
}

void buildThorax(Builder& b, Anatomy& anatomy)
{
    AnatomyLayer fixed{b.plane(), 0.0, 0.0};
    addBody(b, fixed.attenuation);
    const SpineShape spine = randomSpine(b);
    if (b.random.chance(0.75))
        addSpine(fixed.attenuation, b.fieldMm, spine, b.strength * b.random.range(0.1, 0.45));
    addSteps(fixed.attenuation, b.fieldMm, b.random.index(3), 0.15 * b.strength, b.random);

    AnatomyLayer ribs{b.plane(), 0.4, 0.0};
    RibShape shape;
    shape.spineX = spine.x;
    shape.periodMm = b.random.range(22.0, 38.0);
    shape.phase = b.random.uniform();
    shape.slope = b.random.range(-0.7, 0.8);
    shape.bow = b.random.range(0.0, 0.004);
    shape.share = b.random.range(0.3, 0.55);
    shape.sides = b.random.chance(0.4) ? b.random.sign() : 0.0;
    if (b.random.chance(0.8))
        addRibs(ribs.attenuation, b.fieldMm, shape, b.strength * b.random.range(0.03, 0.2),
                b.noise(60.0, 20.0));
    addMarkings(ribs.attenuation, b.fieldMm, 10 + b.random.index(60), 2.0, 0.16 * b.strength, b.random);
    b.addNoise(ribs.attenuation, 10.0, 0.02 * b.strength, 0.7);

    AnatomyLayer heart{b.plane(), 0.6, 1.0};
    EllipseShape shadow = randomEllipse(b.fieldMm, 45.0, 75.0, b.random);
    shadow.softness = b.random.range(0.04, 0.3);
    addEllipse(heart.attenuation, b.fieldMm, shadow, b.strength * b.random.range(0.1, 0.7));
    if (b.random.chance(0.6)) {
        AnatomyLayer dome = diaphragm(b);
        anatomy.layers.push_back(std::move(dome));
    }
    anatomy.layers.push_back(std::move(fixed));
    anatomy.layers.push_back(std::move(ribs));
    anatomy.layers.push_back(std::move(heart));
}

/// Bowel: mottled content and gas.
void addBowel(Builder& b, FloatPlane& plane)
{
    FloatPlane mottle = b.plane();
    b.addNoise(mottle, b.random.range(4.0, 9.0), 1.0, 0.8);
    const int loops = 1 + b.random.index(4);
    for (int i = 0; i < loops; ++i) {
        EllipseShape loop = randomEllipse(b.fieldMm, 20.0, 60.0, b.random);
        const double amount = b.strength * b.random.range(0.02, 0.12);
        const double gas = -b.strength * b.random.range(0.0, 0.3);
        const double stepMm = b.fieldMm / b.gridPx;
        const double middle = 0.5 * (b.gridPx - 1);
        for (int y = 0; y < b.gridPx; ++y)
            for (int x = 0; x < b.gridPx; ++x) {
                const double inside = loop.inside((x - middle) * stepMm, (y - middle) * stepMm);
                const std::size_t at = plane.index(x, y);
                plane.values[at] += static_cast<float>(inside * (gas + amount * mottle.values[at]));
            }
    }
}

void buildAbdomen(Builder& b, Anatomy& anatomy)
{
    AnatomyLayer fixed{b.plane(), 0.0, 0.0};
    addBody(b, fixed.attenuation);
    SpineShape spine = randomSpine(b);
    spine.halfWidthMm = b.random.range(16.0, 28.0);
    spine.periodMm = b.random.range(30.0, 46.0);
    addSpine(fixed.attenuation, b.fieldMm, spine, b.strength * b.random.range(0.12, 0.45));
    if (b.random.chance(0.4)) {
        RibShape ribs;
        ribs.spineX = spine.x;
        ribs.phase = b.random.uniform();
        ribs.slope = b.random.range(0.3, 1.2);
        addRibs(fixed.attenuation, b.fieldMm, ribs, b.strength * b.random.range(0.03, 0.15),
                b.noise(60.0, 20.0));
    }
    AnatomyLayer moving{b.plane(), 0.8, 0.0};
    addBowel(b, moving.attenuation);
    addBlobs(b, moving.attenuation, 2 + b.random.index(5), 8.0, 70.0, 0.2 * b.strength);
    addMarkings(moving.attenuation, b.fieldMm, b.random.index(30), 2.5, 0.1 * b.strength, b.random);
    anatomy.layers.push_back(std::move(fixed));
    anatomy.layers.push_back(std::move(moving));
}

void buildSkull(Builder& b, Anatomy& anatomy)
{
    AnatomyLayer fixed{b.plane(), 0.0, 0.0};
    addBody(b, fixed.attenuation);
    EllipseShape vault;
    vault.radiusX = b.random.range(70.0, 95.0);
    vault.radiusY = vault.radiusX * b.random.range(1.0, 1.25);
    vault.x = b.random.range(-30.0, 30.0);
    vault.y = b.random.range(-30.0, 40.0);
    addShell(fixed.attenuation, b.fieldMm, vault, 0.07, b.strength * b.random.range(0.3, 0.7));
    vault.softness = 0.02;
    addEllipse(fixed.attenuation, b.fieldMm, vault, 0.35 * b.strength);
    const int bones = 4 + b.random.index(6);
    for (int i = 0; i < bones; ++i) {
        EllipseShape bone = randomEllipse(b.fieldMm, 12.0, 40.0, b.random);
        bone.y = std::abs(bone.y) * 0.8 + 10.0;
        if (b.random.chance(0.5))
            addShell(fixed.attenuation, b.fieldMm, bone, b.random.range(0.05, 0.2),
                     b.strength * b.random.range(0.1, 0.4));
        else
            addEllipse(fixed.attenuation, b.fieldMm, bone, b.strength * b.random.range(-0.2, 0.5));
    }
    addMarkings(fixed.attenuation, b.fieldMm, 10 + b.random.index(40), 1.2, 0.1 * b.strength, b.random);
    b.addNoise(fixed.attenuation, 12.0, 0.03 * b.strength, 0.7);
    anatomy.layers.push_back(std::move(fixed));
}

void buildPelvis(Builder& b, Anatomy& anatomy)
{
    AnatomyLayer fixed{b.plane(), 0.0, 0.0};
    addBody(b, fixed.attenuation);
    for (const double side : {-1.0, 1.0}) {
        EllipseShape wing{side * b.random.range(60.0, 100.0), b.random.range(-60.0, 20.0),
                          b.random.range(40.0, 60.0),         b.random.range(50.0, 80.0),
                          side * b.random.range(-0.6, 0.2),   0.05};
        addShell(fixed.attenuation, b.fieldMm, wing, 0.12, b.strength * b.random.range(0.15, 0.4));
        addEllipse(fixed.attenuation, b.fieldMm, wing, 0.12 * b.strength);
        EllipseShape femur{
            side * b.random.range(80.0, 110.0), b.random.range(40.0, 120.0), 24.0, 24.0, 0.0, 0.06};
        addEllipse(fixed.attenuation, b.fieldMm, femur, b.strength * b.random.range(0.2, 0.5));
        addShell(fixed.attenuation, b.fieldMm, femur, 0.1, 0.2 * b.strength);
        EllipseShape shaft{femur.x + side * 14.0, femur.y + 95.0, 17.0, 90.0, 0.0, 0.08};
        addShell(fixed.attenuation, b.fieldMm, shaft, 0.35, b.strength * b.random.range(0.2, 0.5));
    }
    SpineShape sacrum = randomSpine(b);
    sacrum.halfWidthMm = 26.0;
    if (b.random.chance(0.6))
        addSpine(fixed.attenuation, b.fieldMm, sacrum, b.strength * b.random.range(0.1, 0.3));
    addBowel(b, fixed.attenuation);
    addMarkings(fixed.attenuation, b.fieldMm, b.random.index(30), 2.0, 0.1 * b.strength, b.random);
    anatomy.layers.push_back(std::move(fixed));
}

/// A silicone phantom's surroundings: plates, holes, screws seen from the end, blocks, tubes.
void buildBox(Builder& b, Anatomy& anatomy)
{
    AnatomyLayer fixed{b.plane(), 0.0, 0.0};
    addBody(b, fixed.attenuation);
    addSteps(fixed.attenuation, b.fieldMm, b.random.index(4), 0.25 * b.strength, b.random);
    const int blocks = 2 + b.random.index(6);
    for (int i = 0; i < blocks; ++i) {
        EllipseShape shape = randomEllipse(b.fieldMm, 0.02 * b.fieldMm, 0.3 * b.fieldMm, b.random);
        shape.softness = b.random.range(0.01, 0.1);
        const double amount = b.strength * b.random.range(-0.3, 0.3);
        if (b.random.chance(0.4))
            addShell(fixed.attenuation, b.fieldMm, shape, b.random.range(0.1, 0.4), 0.8 * amount);
        else
            addEllipse(fixed.attenuation, b.fieldMm, shape, amount);
    }
    const int plates = b.random.index(3);
    for (int i = 0; i < plates; ++i) {
        const EllipseShape frame = randomEllipse(b.fieldMm, 0.05 * b.fieldMm, 0.25 * b.fieldMm, b.random);
        const double amount = b.strength * b.random.range(0.05, 0.3);
        const double softness = 0.004 * b.fieldMm;
        const double c = std::cos(frame.turn);
        const double s = std::sin(frame.turn);
        addField(fixed.attenuation, b.fieldMm, [&](double x, double y) {
            const double u = std::abs(c * (x - frame.x) + s * (y - frame.y)) - frame.radiusX;
            const double v = std::abs(c * (y - frame.y) - s * (x - frame.x)) - frame.radiusY;
            return amount * (1.0 - smoothStep(-softness, softness, std::max(u, v)));
        });
    }
    b.addNoise(fixed.attenuation, 25.0, 0.03 * b.strength, 0.5);
    anatomy.layers.push_back(std::move(fixed));
}

void buildClean(Builder& b, Anatomy& anatomy)
{
    AnatomyLayer fixed{b.plane(), 0.0, 0.0};
    const double angle = b.random.range(0.0, 6.28);
    const double slope = 0.25 * b.strength * b.random.uniform() / b.fieldMm;
    addField(fixed.attenuation, b.fieldMm,
             [&](double x, double y) { return slope * (std::cos(angle) * x + std::sin(angle) * y); });
    if (b.random.chance(0.3))
        addSteps(fixed.attenuation, b.fieldMm, 1 + b.random.index(3), 0.15 * b.strength, b.random);
    if (b.random.chance(0.3))
        addBlobs(b, fixed.attenuation, 1 + b.random.index(4), 10.0, 80.0, 0.15 * b.strength);
    anatomy.layers.push_back(std::move(fixed));
}

} // namespace

Anatomy makeAnatomy(AnatomyKind kind, int gridPx, double fieldMm, double strength, double clutter,
                    const RandomStream& random)
{
    Builder builder{gridPx, fieldMm, strength, random.branch(1)};
    Anatomy anatomy;
    switch (kind) {
    case AnatomyKind::Thorax:
        buildThorax(builder, anatomy);
        break;
    case AnatomyKind::Abdomen:
        buildAbdomen(builder, anatomy);
        break;
    case AnatomyKind::Skull:
        buildSkull(builder, anatomy);
        break;
    case AnatomyKind::Pelvis:
        buildPelvis(builder, anatomy);
        break;
    case AnatomyKind::Box:
        buildBox(builder, anatomy);
        break;
    case AnatomyKind::Clean:
        buildClean(builder, anatomy);
        break;
    }
    anatomy.clutter = makeClutter(kind, fieldMm, clutter, random.branch(2));
    return anatomy;
}

} // namespace fedefm
