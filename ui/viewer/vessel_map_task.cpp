// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/vessel_map_task.h"

#include "core/image/subtraction.h"

namespace fedefm {

Job::Work vesselMapWork(SequencePtr sequence, int first, int last, std::shared_ptr<FramePtr> map)
{
    return [sequence = std::move(sequence), first, last,
            map = std::move(map)](const CancelToken& cancel, const Progress& progress) -> Result<JobOutput> {
        MinimumProjection projection;
        const int total = last - first + 1;
        for (int i = 0; i < total; ++i) {
            if (cancel.isCancelled())
                return fail(ErrorCode::Cancelled, sequence->info().path);
            const auto frame = sequence->read(first + i);
            if (!frame)
                return tl::unexpected(frame.error());
            if (const Status added = projection.add(**frame); !added)
                return tl::unexpected(added.error());
            progress(i + 1, total);
        }
        *map = projection.result();
        return JobOutput{};
    };
}

} // namespace fedefm
