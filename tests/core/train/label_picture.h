// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/metrics.h"

#include <QTest>
#include <cmath>
#include <random>

namespace fedefm::test {

struct Picture
{
    int width, height;
    std::vector<std::uint8_t> labels;

    Picture(int w, int h) : width(w), height(h), labels(static_cast<std::size_t>(w) * h, 0) {}
    void fill(int x0, int y0, int x1, int y1, std::uint8_t label)
    {
        for (int y = y0; y <= y1; ++y)
            for (int x = x0; x <= x1; ++x)
                labels[static_cast<std::size_t>(y) * width + x] = label;
    }
};

inline LabelPair pairOf(const Picture& prediction, const Picture& reference, double spacingMm = 0.0)
{
    return {prediction.labels.data(), reference.labels.data(), prediction.width, prediction.height,
            spacingMm};
}

inline Picture randomPicture(std::mt19937& random, int classes, double share)
{
    Picture picture(37, 29);
    std::uniform_real_distribution<double> chance(0.0, 1.0);
    for (std::uint8_t& label : picture.labels)
        label = chance(random) < share ? static_cast<std::uint8_t>(1 + random() % (classes - 1)) : 0;
    return picture;
}

inline void compare(const std::optional<double>& value, double expected)
{
    QVERIFY(value.has_value());
    QVERIFY2(std::abs(*value - expected) < 1e-12, std::to_string(*value).c_str());
}

} // namespace fedefm::test
