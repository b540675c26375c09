// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/dataset_loader.h"

namespace fedefm {

/// The statistics of a data set as a small HTML table.
QString overviewHtml(const DatasetOverview& overview);

} // namespace fedefm
