// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/heat_colors.h"

#include "ui/common/palette_file.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fedefm {

namespace {

/// Every ninth of the published table (Nuñez, Anderton and Renslow 2018).
constexpr std::array<QRgb, 10> kAnchors{0xff00224e, 0xff123570, 0xff3b496c, 0xff575d6d, 0xff707173,
                                        0xff8a8678, 0xffa59c74, 0xffc3b369, 0xffe1cc55, 0xfffee838};

} // namespace

QColor heatColor(double share)
{
    if (!(share > 0.0))
        return QColor(kAnchors.front());
    const double at = std::min(share, 1.0) * (kAnchors.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), kAnchors.size() - 2);
    const double within = at - static_cast<double>(low);
    const QColor a(kAnchors[low]);
    const QColor b(kAnchors[low + 1]);
    const auto mix = [within](int from, int to) {
        return static_cast<int>(std::lround(from + within * (to - from)));
    };
    return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

QColor textOn(const QColor& ground)
{
    return contrastRatio(ground, Qt::black) > contrastRatio(ground, Qt::white) ? QColor(Qt::black)
                                                                               : QColor(Qt::white);
}

} // namespace fedefm
