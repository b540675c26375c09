// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace fedefm {

/// What belongs into one plot: "train/loss" and "validation/loss" are both "loss".
QString groupOf(const QString& metric);
/// Groups of these metrics, most wanted first.
QStringList groupsOf(const QStringList& metrics);
QStringList metricsOf(const QString& group, const QStringList& metrics);
/// Groups for `count` plots: loss, quality, learning rate, throughput, then what is left.
QStringList firstGroups(const QStringList& groups, int count);
/// Set by the plan, not measured: nothing in it to smooth.
bool isPlanned(const QString& metric);
/// Values of a validation come once per epoch and are marked by points.
bool isPerEpoch(const QString& metric);

} // namespace fedefm
