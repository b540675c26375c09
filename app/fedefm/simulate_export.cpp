// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/simulate_export.h"

#include "app/cli/context.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_writer.h"
#include "core/formats/npy.h"
#include "core/geometry/rasterize.h"
#include "core/image/picture_sequence.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

using Paths = std::vector<fs::path>;

constexpr int kJpegQuality = 95;
constexpr double kGuide3dWidthPx = 2.0;
constexpr double kTipBoxShare = 0.08; ///< of the picture's width, as CathAction's boxes are

std::string frameName(int index, const char* ending)
{
    char name[48];
    std::snprintf(name, sizeof name, "frame_%04d%s", index, ending);
    return name;
}

/// UIDs name one content: whatever changes the frames changes them.
std::uint64_t uidSeedOf(const SimulationSettings& settings)
{
    const std::string text = settings.preset + "/" + std::to_string(settings.seed) + "/" +
                             std::to_string(settings.sizePx) + "/" + std::to_string(settings.frames);
    std::uint64_t hash = 0xCBF29CE484222325ULL; // FNV-1a
    for (const char letter : text)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
    return std::max<std::uint64_t>(1, hash); // 0 stands for random UIDs
}

/// One form's way to write: pictures and masks frame by frame, then what concerns the whole.
class Writer
{
public:
    explicit Writer(const SimulationExport& job) : m_job(job), m_info(job.cine.info()) {}

    Result<Paths> run()
    {
        for (const char* folder : folders())
            if (auto made = makeFolder(m_job.folder / folder); !made)
                return tl::unexpected(made.error());
        if (hasStack())
            if (auto begun = beginStack(); !begun)
                return tl::unexpected(begun.error());
        if (m_job.form == SimulationForm::Dicom)
            if (auto done = writeDicom(); !done)
                return tl::unexpected(done.error());
        for (int index = 0; index < m_info.frameCount; ++index) {
            if (m_job.cancel.isCancelled())
                return fail(ErrorCode::Cancelled, m_job.folder.string());
            if (auto done = writeFrame(index); !done)
                return tl::unexpected(done.error());
            if (m_job.progress)
                m_job.progress(index + 1, m_info.frameCount);
        }
        if (auto done = writeWhole(); !done)
            return tl::unexpected(done.error());
        return m_files;
    }

private:
    std::vector<const char*> folders() const
    {
        switch (m_job.form) {
        case SimulationForm::Png:
            return {"images", "masks"};
        case SimulationForm::CathAction:
            return {"images", "labels", "tips"};
        case SimulationForm::Guide3d:
            return {"images", "masks"};
        case SimulationForm::Dicom:
        case SimulationForm::EiPhantom:
            break;
        }
        return {};
    }

    bool hasStack() const { return m_job.form == SimulationForm::Dicom || m_job.form == SimulationForm::Png; }

    /// All masks in one array, written frame by frame: together they may be larger than the memory.
    Status beginStack()
    {
        auto writer = NpyWriter::create(m_job.folder / "masks.npy", "|u1",
                                        {static_cast<std::size_t>(m_info.frameCount),
                                         static_cast<std::size_t>(m_info.height),
                                         static_cast<std::size_t>(m_info.width)},
                                        overwrite());
        if (!writer)
            return tl::unexpected(writer.error());
        m_stack.emplace(std::move(*writer));
        return {};
    }

    Overwrite overwrite() const { return m_job.force ? Overwrite::Yes : Overwrite::No; }

    Status keep(const fs::path& file, const Status& written)
    {
        if (written)
            m_files.push_back(file);
        return written;
    }

    Status writeText(const fs::path& file, const std::string& text)
    {
        return keep(file, writeFile(file, text, overwrite()));
    }

    Status writePicture(const fs::path& file, const std::vector<std::uint8_t>& bytes)
    {
        return keep(file, writePng(file, bytes.data(), m_info.width, m_info.height, 1, m_job.force));
    }

    Status writeJpeg(const fs::path& file, std::vector<std::uint8_t>& bytes)
    {
        const cv::Mat picture(m_info.height, m_info.width, CV_8UC1, bytes.data());
        std::vector<unsigned char> encoded;
        try {
            if (!cv::imencode(".jpg", picture, encoded, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality}))
                return fail(ErrorCode::WriteFailed, file.string(), "JPEG encoder");
        } catch (const cv::Exception& exception) {
            return fail(ErrorCode::WriteFailed, file.string(), exception.what());
        }
        return writeText(file, std::string(encoded.begin(), encoded.end()));
    }

    Status writeNpy(const fs::path& file, const std::vector<std::uint8_t>& values,
                    const std::vector<std::size_t>& shape)
    {
        auto writer = NpyWriter::create(file, "|u1", shape, overwrite());
        if (!writer)
            return tl::unexpected(writer.error());
        if (auto done = writer->append(values.data(), values.size()); !done)
            return done;
        return keep(file, writer->finish());
    }

    Status writeFrame(int index)
    {
        const auto truth = m_job.cine.truth(index);
        if (!truth)
            return tl::unexpected(truth.error());
        m_actions.push_back(truth->action);
        if (m_stack)
            if (auto added = m_stack->append(truth->labels.data(), truth->labels.size()); !added)
                return added;
        if (m_job.form == SimulationForm::Dicom)
            return {};
        const auto frame = m_job.cine.read(index);
        if (!frame)
            return tl::unexpected(frame.error());
        std::vector<std::uint8_t> bytes = eightBit(**frame, m_info.bitsStored);
        if (m_job.form == SimulationForm::CathAction) {
            if (auto done = writeJpeg(m_job.folder / "images" / frameName(index, ".jpg"), bytes); !done)
                return done;
            if (auto done = writePicture(m_job.folder / "labels" / frameName(index, ".png"), truth->labels);
                !done)
                return done;
            return writeText(m_job.folder / "tips" / frameName(index, ".txt"), tipBoxes(*truth));
        }
        const bool isFlat = m_job.form == SimulationForm::EiPhantom;
        const fs::path pictures = isFlat ? m_job.folder : m_job.folder / "images";
        if (auto done = writePicture(pictures / frameName(index, ".png"), bytes); !done)
            return done;
        if (isFlat)
            return writeNpy(
                m_job.folder / frameName(index, "_mask.npy"), truth->labels,
                {static_cast<std::size_t>(m_info.height), static_cast<std::size_t>(m_info.width)});
        return writePicture(m_job.folder / "masks" / frameName(index, ".png"),
                            m_job.form == SimulationForm::Guide3d ? thinLabels(*truth) : truth->labels);
    }

    /// YOLO: class (0 free, 1 in contact with the wall) and box, shares of the picture.
    std::string tipBox(Point tip, bool touchesWall) const
    {
        char line[96];
        std::snprintf(line, sizeof line, "%d %.6f %.6f %.6f %.6f\n", touchesWall ? 1 : 0,
                      (tip.x + 0.5) / m_info.width, (tip.y + 0.5) / m_info.height, kTipBoxShare,
                      kTipBoxShare);
        return line;
    }

    /// A line for each tip in view; of catheter and guidewire, the foremost.
    std::string tipBoxes(const SimulatedTruth& truth) const
    {
        std::string boxes;
        if (truth.guidewireTipInside)
            boxes += tipBox(truth.guidewire.back(), truth.touchesWall);
        else if (truth.catheterTipInside)
            boxes += tipBox(truth.catheter.back(), truth.touchesWall);
        for (const FurtherCatheter& further : truth.furtherCatheters)
            if (further.tipInside) // drawn without mechanics: it touches nothing
                boxes += tipBox(further.line.back(), false);
        return boxes;
    }

    /// Lines of 2 px inside of the exact labels.
    std::vector<std::uint8_t> thinLabels(const SimulatedTruth& truth) const
    {
        std::vector<std::uint8_t> thin(truth.labels.size(), 0);
        const auto draw = [&](const Polyline& line, std::uint8_t label) {
            if (line.size() > 1)
                rasterize(line, kGuide3dWidthPx, m_info.width, m_info.height).paint(thin.data(), label);
        };
        for (const FurtherCatheter& further : truth.furtherCatheters)
            draw(further.line, 1);
        draw(truth.catheter, 1);
        draw(truth.guidewire, 2);
        for (std::size_t i = 0; i < thin.size(); ++i)
            if (truth.labels[i] == 0)
                thin[i] = 0;
        return thin;
    }

    Status writeWhole()
    {
        if (m_job.form == SimulationForm::CathAction)
            if (auto done = writeText(m_job.folder / "actions.csv", actionTable()); !done)
                return done;
        if (m_stack)
            if (auto done = keep(m_job.folder / "masks.npy", m_stack->finish()); !done)
                return done;
        const auto truth = truthJson(m_job.cine, m_job.settings);
        if (!truth)
            return tl::unexpected(truth.error());
        const char* name = m_job.form == SimulationForm::Guide3d ? "annotations.json" : "truth.json";
        return writeText(m_job.folder / name, truth->dump() + "\n");
    }

    /// CathAction's table: one row per run of frames with one action.
    std::string actionTable() const
    {
        std::string table = "video_id,start_frame,stop_frame,class\n";
        for (std::size_t start = 0; start < m_actions.size();) {
            std::size_t stop = start;
            while (stop + 1 < m_actions.size() && m_actions[stop + 1] == m_actions[start])
                ++stop;
            table += m_info.path + "," + std::to_string(start) + "," + std::to_string(stop) + "," +
                     deviceActionName(m_actions[start]) + "\n";
            start = stop + 1;
        }
        return table;
    }

    Status writeDicom()
    {
        XaDescription description;
        description.identity = m_info.identity;
        description.identity.patientName = "Simulated^" + m_job.settings.preset;
        description.seriesDescription = m_info.identity.seriesDescription;
        description.fps = m_info.timing.fps;
        description.imagerSpacingMm = m_info.spacing.rowMm;
        description.angles = m_info.angles.front();
        description.uidSeed = uidSeedOf(m_job.settings);
        description.derivation = "Simulated by FedEFM Studio; shows no patient";
        const fs::path file = m_job.folder / "simulated.dcm";
        if (auto done = keep(file, writeXa(file, m_job.cine, description, m_job.force)); !done)
            return done;
        const auto written = openDicom(file);
        if (!written)
            return tl::unexpected(written.error());
        const auto results = segmentations((*written)->info());
        if (!results)
            return tl::unexpected(results.error());
        const fs::path seg = m_job.folder / "simulated_seg.dcm";
        const bool hasLabels =
            std::any_of(results->begin(), results->end(),
                        [](const SegmentationPtr& result) { return !result->masks.empty(); });
        return hasLabels ? keep(seg, writeSeg(seg, file, *results, m_job.force)) : Status{};
    }

    /// The labels as results for the DICOM file just written.
    Result<std::vector<SegmentationPtr>> segmentations(const SequenceInfo& image) const
    {
        std::vector<SegmentationPtr> results;
        for (int index = 0; index < m_info.frameCount; ++index) {
            const auto truth = m_job.cine.truth(index);
            if (!truth)
                return tl::unexpected(truth.error());
            Segmentation result;
            result.width = m_info.width;
            result.height = m_info.height;
            for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire}) {
                RleMask mask = RleMask::fromLabel(truth->labels.data(), m_info.width, m_info.height,
                                                  static_cast<std::uint8_t>(wireClass));
                if (!mask.isEmpty())
                    result.masks.push_back({wireClass, std::move(mask)});
            }
            result.provenance.modelId = "simulator";
            result.provenance.frame = frameId(image, index);
            results.push_back(std::make_shared<const Segmentation>(std::move(result)));
        }
        return results;
    }

    const SimulationExport& m_job;
    const SequenceInfo& m_info;
    Paths m_files;
    std::optional<NpyWriter> m_stack;
    std::vector<DeviceAction> m_actions;
};

} // namespace

Result<std::vector<fs::path>> exportSimulation(const SimulationExport& job)
{
    return Writer(job).run();
}

} // namespace fedefm::cli
