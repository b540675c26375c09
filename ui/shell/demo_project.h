// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QString>

namespace fedefm {

/// The simulated XA run that the first start shows: written once into the user's cache, then reused.
/// Takes about a second the first time; for a worker thread. Errors: those of writeXa.
Result<QString> demoFile();

} // namespace fedefm
