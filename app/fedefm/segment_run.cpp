// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/segment_run.h"

#include "app/cli/progress_line.h"

#include <algorithm>
#include <cmath>

namespace fedefm::cli {

namespace {

/// A model knows nothing of files: its errors name itself or nothing.
std::string detailOf(const Error& error, const std::string& model)
{
    if (error.detail.empty() || error.subject.empty())
        return error.detail;
    return error.subject == model ? "model " + model + ": " + error.detail
                                  : error.subject + ": " + error.detail;
}

} // namespace

Result<SegmentRun> segmentFrames(Segmenter& segmenter, const Sequence& sequence, FrameRange range,
                                 Context& context)
{
    SegmentRun run;
    const SteadyClock clock;
    ProgressLine progress("segmenting", context.general.quiet);
    const SequenceInfo& info = sequence.info();
    for (int index = range.first; index < range.end; ++index) {
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, info.path);
        const auto frame = sequence.read(index);
        if (!frame)
            return tl::unexpected(frame.error());
        const double startMs = clock.nowMs();
        auto result = segmenter.segment(**frame, info, context.cancel);
        if (!result)
            return fail(result.error().code, info.path, detailOf(result.error(), segmenter.card().id));
        const double elapsedMs = clock.nowMs() - startMs;
        result->provenance.frame = frameId(info, index);
        result->provenance.elapsedMs = elapsedMs;
        run.elapsedMs.push_back(elapsedMs);
        run.results.push_back(std::make_shared<Segmentation>(std::move(*result)));
        progress.update(index - range.first + 1, range.end - range.first);
    }
    return run;
}

double percentile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0.0;
    std::sort(values.begin(), values.end());
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(place));
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

} // namespace fedefm::cli
