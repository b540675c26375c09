// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"
#include "app/fedefm/commands.h"
#include "app/fedefm/demo_report.h"
#include "app/fedefm/segment_run.h"
#include "core/base/log.h"
#include "core/base/version.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_writer.h"
#include "core/formats/export_segmentation.h"
#include "core/formats/render_frame.h"
#include "core/image/picture_sequence.h"
#include "core/simulate/demo_cine.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr int kPictures = 6;
constexpr double kOverlayOpacity = 0.4;
constexpr const char* kReportName = "report.html";
constexpr const char* kDicomName = "demo.dcm";
constexpr std::array kExports{SegmentationFormat::Seg, SegmentationFormat::Json, SegmentationFormat::Mp4,
                              SegmentationFormat::Png};

struct DemoOptions
{
    std::string out = "fedefm-demo";
};

Status writeDicom(const fs::path& target, const DemoCine& cine, const Context& context)
{
    XaDescription description;
    description.identity = cine.info().identity;
    description.identity.patientName = "Demo^Simulated";
    description.seriesDescription = description.identity.seriesDescription;
    description.fps = cine.info().timing.fps;
    description.imagerSpacingMm = cine.info().spacing.rowMm;
    description.angles = cine.info().angles.front();
    description.uidSeed = context.general.seed;
    description.derivation = "Simulated by FedEFM Studio; shows no patient";
    return writeXa(target, cine, description, context.general.force);
}

std::vector<Polyline> curvesOf(const Segmentation& result, bool catheter, bool guidewire)
{
    std::vector<Polyline> lines;
    for (const WireCurve& curve : result.curves)
        if (curve.wireClass == WireClass::Catheter ? catheter : guidewire)
            lines.push_back(curve.points);
    return lines;
}

/// Only what lies in the picture can be found: the catheter enters from outside, behind the collimator.
Polyline visiblePart(const Polyline& line, int sizePx)
{
    const double borderPx = 0.05 * sizePx;
    Polyline part;
    for (const Point& p : line)
        if (p.x >= borderPx && p.y >= borderPx && p.x < sizePx - borderPx && p.y < sizePx - borderPx)
            part.push_back(p);
    return part;
}

void score(DemoReport& report, const DemoCine& cine, const std::vector<SegmentationPtr>& results)
{
    for (const SegmentationPtr& result : results) {
        const DemoTruth truth = cine.truth(result->provenance.frame.index);
        const Polyline catheter = visiblePart(truth.catheter, cine.info().width);
        report.anyWire.add(curvesOf(*result, true, true), {catheter, truth.guidewire});
        report.catheter.add(curvesOf(*result, true, false), {catheter});
        report.guidewire.add(curvesOf(*result, false, true), {truth.guidewire});
    }
}

fs::path pictureFile(const fs::path& folder, int index)
{
    char name[32];
    std::snprintf(name, sizeof name, "overlay_%04d.png", index);
    return folder / "pictures" / name;
}

/// The frames that the report shows, spread over all `frames`.
std::vector<int> shownFrames(int frames)
{
    std::vector<int> shown;
    for (int i = 0; i < kPictures; ++i)
        shown.push_back(i * (frames - 1) / (kPictures - 1));
    return shown;
}

fs::path exportFolder(const fs::path& folder, SegmentationFormat format)
{
    return format == SegmentationFormat::Png ? folder / "masks" : folder;
}

/// Everything that the demo writes.
std::vector<fs::path> demoFiles(const fs::path& folder, int frames)
{
    std::vector<fs::path> files{folder / kReportName, folder / kDicomName};
    for (const int index : shownFrames(frames))
        files.push_back(pictureFile(folder, index));
    std::vector<int> all(static_cast<std::size_t>(frames));
    std::iota(all.begin(), all.end(), 0);
    for (const SegmentationFormat format : kExports)
        for (const fs::path& file : segmentationFiles(exportFolder(folder, format), format, all))
            files.push_back(file);
    return files;
}

/// Errors: FileExists when something of the demo is there and must not be overwritten.
Status checkFree(const fs::path& folder, std::vector<fs::path> files, const Context& context)
{
    std::error_code ignored;
    files.push_back(demoSessionFolder(folder));
    for (const fs::path& file : files)
        if (!context.general.force && fs::exists(file, ignored))
            return fail(ErrorCode::FileExists, file.string());
    return {};
}

/// Takes away what a demo that did not end wrote, so that it can be repeated; what was there before stays.
class Cleanup
{
public:
    Cleanup(const fs::path& folder, const std::vector<fs::path>& files)
    {
        std::vector<fs::path> candidates = files;
        for (const fs::path& inner : {folder / "masks", folder / "pictures", folder})
            candidates.push_back(inner);
        std::error_code ignored;
        for (const fs::path& path : candidates)
            if (!fs::exists(path, ignored))
                m_new.push_back(path);
    }
    Cleanup(const Cleanup&) = delete;
    Cleanup& operator=(const Cleanup&) = delete;
    ~Cleanup()
    {
        std::error_code ignored;
        for (const fs::path& path : m_new)
            fs::remove(path, ignored);
    }

    void keep() { m_new.clear(); }

private:
    std::vector<fs::path> m_new;
};

Status writePictures(DemoReport& report, const Sequence& sequence,
                     const std::vector<SegmentationPtr>& results, const fs::path& folder, bool force)
{
    if (auto made = makeFolder(folder / "pictures"); !made)
        return made;
    for (const int index : shownFrames(static_cast<int>(results.size()))) {
        const Segmentation& result = *results[static_cast<std::size_t>(index)];
        const auto frame = sequence.read(index);
        if (!frame)
            return tl::unexpected(frame.error());
        auto picture = renderFrame(sequence, **frame, defaultTransform(**frame, sequence.info().grey));
        if (!picture)
            return tl::unexpected(picture.error());
        drawSegmentation(*picture, result, kOverlayOpacity);
        drawTextLine(*picture, kResearchUse, 0);
        const fs::path file = pictureFile(folder, index);
        if (auto written = writePng(file, picture->rgb.data(), picture->width, picture->height, 3, force);
            !written)
            return written;
        report.pictures.push_back({file, "Frame " + std::to_string(index + 1)});
    }
    return {};
}

Status exportAll(DemoReport& report, const SequencePtr& sequence, const std::vector<SegmentationPtr>& results,
                 const fs::path& folder, Context& context)
{
    ProgressLine progress("writing", context.general.quiet);
    ExportJob job{sequence, results, folder, context.general.force, context.cancel, progress.callback()};
    for (const SegmentationFormat format : kExports) {
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, folder.string());
        job.folder = exportFolder(folder, format);
        const auto files = exportSegmentation(job, format, context.modules());
        if (!files && files.error().code == ErrorCode::ModuleMissing) {
            log::warning(describe(files.error()));
            continue;
        }
        if (!files)
            return tl::unexpected(files.error());
        if (files->size() == 1)
            report.files.push_back(files->front());
    }
    return {};
}

nlohmann::json scoreJson(const CurveScore& score)
{
    return {{"precision", score.precision()}, {"recall", score.recall()}};
}

nlohmann::json sessionJson(const std::optional<DemoSession>& session)
{
    if (!session)
        return nullptr;
    const bool isMeasured = !session->accuracy.empty();
    return {{"run", session->run.string()},
            {"rounds", session->rounds},
            {"accuracy", isMeasured ? nlohmann::json(session->accuracy.back().value) : nlohmann::json()},
            {"bytes", session->bytes}};
}

nlohmann::json documentOf(const DemoReport& report, const fs::path& target)
{
    nlohmann::json files = nlohmann::json::array();
    for (const fs::path& file : report.files)
        files.push_back(file.string());
    return {{"report", target.string()},
            {"frames", report.frames},
            {"model", {{"id", report.model.id}, {"version", report.model.version}}},
            {"ms_per_frame", {{"median", report.medianMs}, {"p95", report.p95Ms}}},
            {"hit_distance_px", kHitDistancePx},
            {"any_wire", scoreJson(report.anyWire)},
            {"catheter", scoreJson(report.catheter)},
            {"guidewire", scoreJson(report.guidewire)},
            {"session", sessionJson(report.session)},
            {"files", files}};
}

Result<Outcome> runDemo(const DemoOptions& options, Context& context)
{
    const fs::path folder = options.out;
    const fs::path target = folder / kReportName;
    std::error_code ignored;
    DemoCineSettings settings;
    settings.seed = context.general.seed;
    const std::vector<fs::path> files = demoFiles(folder, settings.frames);
    if (auto free = checkFree(folder, files, context); !free)
        return tl::unexpected(free.error());
    Cleanup cleanup(folder, files);
    SessionCleanup sessionCleanup(demoSessionFolder(folder));
    if (auto made = makeFolder(folder); !made)
        return tl::unexpected(made.error());
    const DemoCine cine(settings);
    const fs::path dicom = folder / kDicomName;
    if (auto written = writeDicom(dicom, cine, context); !written)
        return tl::unexpected(written.error());
    const auto sequence = openDicom(dicom);
    if (!sequence)
        return tl::unexpected(sequence.error());
    const SegmenterRegistry registry = context.registry();
    auto segmenter = registry.create(registry.defaultId(ModelRole::Offline));
    if (!segmenter)
        return tl::unexpected(segmenter.error());
    const auto run = segmentFrames(**segmenter, **sequence, {0, settings.frames}, context);
    if (!run)
        return tl::unexpected(run.error());
    DemoReport report;
    report.model = (*segmenter)->card();
    report.frames = settings.frames;
    report.sizePx = settings.sizePx;
    report.fps = settings.fps;
    report.seed = settings.seed;
    report.medianMs = percentile(run->elapsedMs, 0.5);
    report.p95Ms = percentile(run->elapsedMs, 0.95);
    report.files.push_back(dicom);
    score(report, cine, run->results);
    if (auto done = writePictures(report, **sequence, run->results, folder, context.general.force); !done)
        return tl::unexpected(done.error());
    if (auto done = exportAll(report, *sequence, run->results, folder, context); !done)
        return tl::unexpected(done.error());
    auto session = runDemoSession(folder, context);
    if (!session)
        return tl::unexpected(session.error());
    report.session = std::move(*session);
    if (auto done = writeDemoReport(target, report, context.general.overwrite()); !done)
        return tl::unexpected(done.error());
    if (context.cancel.isCancelled())
        return fail(ErrorCode::Cancelled, folder.string());
    cleanup.keep();
    sessionCleanup.keep();
    if (report.session)
        sessionCleanup.replaceOlderRuns();
    context.say(fs::absolute(target, ignored).string());
    return Outcome{documentOf(report, fs::absolute(target, ignored)), false};
}

} // namespace

void addDemoCommand(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<DemoOptions>();
    CLI::App* command = app.add_subcommand(
        "demo", "The whole way on built-in data: simulate, DICOM, segment, SEG, federated session, report");
    command->add_option("--out", options->out, "Output folder (default ./fedefm-demo)")->check(checkNotEmpty);
    command->callback([options, &context] {
        context.input = options->out;
        context.action = [options, &context] { return runDemo(*options, context); };
    });
}

} // namespace fedefm::cli
