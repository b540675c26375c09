// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "ui/jobs/job.h"

#include <memory>

namespace fedefm {

/// Work that puts the minimum over frames [first, last] into `*map`. Frames are read one by one.
/// Errors: those of reading; InvalidArgument when frames differ in size; Cancelled.
Job::Work vesselMapWork(SequencePtr sequence, int first, int last, std::shared_ptr<FramePtr> map);

} // namespace fedefm
