// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The only way to QCustomPlot: its header needs Qt's keywords, which the rest of this tree leaves undefined
// because they clash with other libraries.
#include <QtGlobal>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <qcustomplot.h>
#pragma GCC diagnostic pop
#undef signals
#undef slots
#undef foreach
