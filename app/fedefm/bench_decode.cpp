// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/child_process.h"
#include "app/fedefm/bench_measure.h"
#include "app/fedefm/dcmtk_peer.h"
#include "core/dicom/dicom_reader.h"
#include "core/image/frame_cache.h"

#include <fstream>

extern char** environ;

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr std::size_t kCacheBytes = std::size_t(1) << 30;
constexpr int kDecodeThreads = 2;
constexpr int kRepeats = 7;

/// Opens the file and takes every frame in order through the cache, as play does. Returns the bytes decoded.
Result<std::size_t> decodeThroughCache(const fs::path& file)
{
    const auto sequence = openDicom(file);
    if (!sequence)
        return tl::unexpected(sequence.error());
    const int count = (*sequence)->info().frameCount;
    FrameCache cache(*sequence, kCacheBytes, kDecodeThreads, [](int, const Result<FramePtr>&) {});
    cache.prefetch(0, 1, 0, count - 1);
    std::size_t bytes = 0;
    for (int index = 0; index < count; ++index) {
        const auto frame = cache.get(index);
        if (!frame)
            return tl::unexpected(frame.error());
        bytes += (*frame)->byteCount();
    }
    return bytes;
}

Result<BenchFigure> decodeFigure(const std::string& name, const fs::path& file)
{
    const auto sequence = openDicom(file);
    if (!sequence)
        return tl::unexpected(sequence.error());
    const double frames = (*sequence)->info().frameCount;
    const auto bytes = decodeThroughCache(file);
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (const auto peer = dcmtk_peer::decodeAll(file); !peer)
        return tl::unexpected(peer.error());
    const Paired times = pairedMs(
        kRepeats, [&] { static_cast<void>(decodeThroughCache(file)); },
        [&] { static_cast<void>(dcmtk_peer::decodeAll(file)); });
    BenchFigure figure;
    figure.name = name;
    figure.unit = "frames/s";
    figure.value = 1000.0 * frames / times.firstMs;
    figure.target = 1.5;
    figure.targetIsMinimum = true;
    figure.targetIsRatio = true;
    figure.peer = BenchFigure::Reference{"DCMTK, one thread", 1000.0 * frames / times.secondMs};
    figure.peerRatio = times.ratio;
    figure.limit = BenchFigure::Reference{"copying the decoded bytes", 1000.0 * frames / copyMs(*bytes)};
    return figure;
}

double peakResidentMb()
{
    std::ifstream status("/proc/self/status");
    std::string key;
    while (status >> key) {
        if (key == "VmHWM:") {
            double kilobytes = 0.0;
            status >> kilobytes;
            return kilobytes / 1024.0;
        }
        std::getline(status, key);
    }
    return 0.0;
}

} // namespace

Result<Figures> benchDecode(const BenchInputs& inputs, Context& context)
{
    Figures figures;
    for (const auto& [name, file] : {std::pair{"decode_jpeg_96x512", inputs.jpegCine},
                                     std::pair{"decode_jpeg_lossless_24x1024", inputs.jpegLossless1024},
                                     std::pair{"decode_jpeg_ls_24x1024", inputs.jpegLs1024}}) {
        if (file.empty())
            continue;
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, name);
        auto figure = decodeFigure(name, file);
        if (!figure)
            return tl::unexpected(figure.error());
        figures.push_back(*figure);
    }
    return figures;
}

Result<Figures> benchOpen(const BenchInputs& inputs, Context&)
{
    Error problem;
    const double ms = medianMs(kRepeats, [&] {
        const auto sequence = openDicom(inputs.jpegCine);
        const auto frame =
            sequence ? (*sequence)->read(0) : Result<FramePtr>(tl::unexpected(sequence.error()));
        if (!frame)
            problem = frame.error();
    });
    if (!problem.subject.empty())
        return tl::unexpected(problem);
    BenchFigure figure;
    figure.name = "open_to_first_frame_96x512";
    figure.unit = "ms";
    figure.value = ms;
    figure.target = 150.0;
    return Figures{figure};
}

Result<double> peakMemoryOf(const fs::path& file)
{
    const auto sequence = openDicom(file);
    if (!sequence)
        return tl::unexpected(sequence.error());
    const int count = (*sequence)->info().frameCount;
    FrameCache cache(*sequence, kCacheBytes, kDecodeThreads, [](int, const Result<FramePtr>&) {});
    for (int index = 0; index < count; ++index)
        if (const auto frame = cache.get(index); !frame)
            return tl::unexpected(frame.error());
    if (cache.cachedFrames() != count)
        return fail(ErrorCode::Internal, file.string(), "the cache did not keep all frames");
    return peakResidentMb();
}

/// Measured in a process of its own: this one has held the inputs of the other measurements.
Result<Figures> benchMemory(const BenchInputs& inputs, Context&)
{
    const auto answer = outputOf("/proc/self/exe", {"bench", "--memory-of", inputs.jpegCine.string()});
    if (!answer)
        return tl::unexpected(answer.error());
    BenchFigure figure;
    figure.name = "memory_96x512_open_and_cached";
    figure.unit = "MB";
    figure.value = std::atof(answer->c_str());
    figure.target = 350.0;
    figure.limit =
        BenchFigure::Reference{"the decoded frames alone", 96.0 * 512.0 * 512.0 / (1024.0 * 1024.0)};
    return Figures{figure};
}

} // namespace fedefm::cli
