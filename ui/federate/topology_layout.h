// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"

#include <QRectF>

namespace fedefm {

/// Where the silos stand in a picture of the topology.
struct TopologyLayout
{
    std::vector<QPointF> centres;
    double radius = 0.0; ///< of a silo's disc, in pixels
    bool isMap = false;
};

/// On a map when it is wanted and all places are known, else on a circle that begins at the top. Discs do not
/// overlap as far as the area allows.
TopologyLayout layOutSilos(const std::vector<SiloFacts>& silos, const QRectF& area, bool wantsMap);

bool haveAllPlaces(const std::vector<SiloFacts>& silos);

} // namespace fedefm
