// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_measure.h"
#include "app/fedefm/dcmtk_peer.h"
#include "app/fedefm/segment_run.h"
#include "core/dicom/dicom_reader.h"
#include "core/image/subtraction.h"

#include <algorithm>

namespace fedefm::cli {

namespace {

constexpr int kRepeats = 41;

struct Plain
{
    SequencePtr sequence;
    FramePtr frame;
};

Result<Plain> openPlain(const BenchInputs& inputs)
{
    const auto sequence = openDicom(inputs.plain1024);
    if (!sequence)
        return tl::unexpected(sequence.error());
    const auto frame = (*sequence)->read(0);
    if (!frame)
        return tl::unexpected(frame.error());
    return Plain{*sequence, *frame};
}

} // namespace

Result<Figures> benchWindow(const BenchInputs& inputs, Context&)
{
    const auto plain = openPlain(inputs);
    if (!plain)
        return tl::unexpected(plain.error());
    const auto peer = dcmtk_peer::WindowedImage::open(inputs.plain1024);
    if (!peer)
        return tl::unexpected(peer.error());
    const Frame& frame = *plain->frame;
    const GreyDefaults& grey = plain->sequence->info().grey;
    std::vector<std::uint8_t> out(frame.sampleCount());
    DisplayTransform transform;
    transform.window = Window{400.0, 600.0, WindowFunction::Linear, {}};
    const GreyTable table(frame.type(), grey, transform);
    const double applyMs = medianMs(kRepeats, [&] { table.apply(frame, out.data()); });
    // Every turn moves the window a little, as a drag does, so that nothing can be kept from the last one.
    double center = 400.0;
    const Paired change = pairedMs(
        kRepeats,
        [&] {
            transform.window->center = center += 0.5;
            GreyTable(frame.type(), grey, transform).apply(frame, out.data());
        },
        [&] { (*peer)->render(center, 600.0); });
    const BenchFigure::Reference copy{"copying the input", copyMs(frame.byteCount())};
    BenchFigure apply;
    apply.name = "window_1024_16_to_8_bit";
    apply.unit = "ms";
    apply.value = applyMs;
    apply.target = 0.5;
    apply.limit = copy;
    BenchFigure changed = apply;
    changed.name = "window_change_1024_table_and_picture";
    changed.value = change.firstMs;
    changed.target = 1.0;
    changed.peer = BenchFigure::Reference{"DCMTK DicomImage", change.secondMs};
    changed.peerRatio = change.ratio;
    return Figures{apply, changed};
}

Result<Figures> benchSubtract(const BenchInputs& inputs, Context&)
{
    const auto plain = openPlain(inputs);
    if (!plain)
        return tl::unexpected(plain.error());
    const Frame& frame = *plain->frame;
    const auto subtractor = Subtractor::create({plain->frame}, plain->sequence->info().grey);
    if (!subtractor)
        return tl::unexpected(subtractor.error());
    DisplayTransform transform;
    transform.window = Window{32768.0, 2000.0, WindowFunction::Linear, {}};
    const GreyTable table(PixelType::U16, subtractedDefaults(), transform);
    std::vector<std::uint8_t> out(frame.sampleCount());
    Status status;
    const auto figureFor = [&](const char* name, PixelShift shift) {
        BenchFigure figure;
        figure.name = name;
        figure.unit = "ms";
        figure.value = medianMs(kRepeats, [&] {
            if (auto done = (*subtractor)->subtractAndMap(frame, shift, 0.0, table, out.data()); !done)
                status = done;
        });
        figure.target = 1.5;
        figure.limit = BenchFigure::Reference{"copying both inputs", copyMs(2 * frame.byteCount())};
        return figure;
    };
    const Figures figures{figureFor("subtract_and_window_1024", {}),
                          figureFor("subtract_and_window_1024_shifted", {0.3, -1.2})};
    if (!status)
        return tl::unexpected(status.error());
    return figures;
}

Result<Figures> benchSegment(const BenchInputs& inputs, Context& context)
{
    const auto sequence = openDicom(inputs.wireCine);
    if (!sequence)
        return tl::unexpected(sequence.error());
    auto segmenter = SegmenterRegistry::withBuiltIns().create("ridge");
    if (!segmenter)
        return tl::unexpected(segmenter.error());
    const int count = std::min((*sequence)->info().frameCount, 17);
    const auto warm = segmentFrames(**segmenter, **sequence, {0, 1}, context);
    if (!warm)
        return tl::unexpected(warm.error());
    const auto run = segmentFrames(**segmenter, **sequence, {0, count}, context);
    if (!run)
        return tl::unexpected(run.error());
    BenchFigure figure;
    figure.name = "segment_ridge_512";
    figure.unit = "frames/s";
    figure.value = 1000.0 / std::max(percentile(run->elapsedMs, 0.5), 1e-3);
    figure.target = 10.0;
    figure.targetIsMinimum = true;
    return Figures{figure};
}

} // namespace fedefm::cli
