// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/open_task.h"

#include "core/dicom/dicom_reader.h"
#include "core/formats/open_sequence.h"

#include <QFileInfo>

#include <exception>

namespace fedefm {

namespace {

bool isDicomdir(const std::filesystem::path& path)
{
    return QFileInfo(QString::fromStdString(path.string()))
               .fileName()
               .compare(QLatin1String("DICOMDIR"), Qt::CaseInsensitive) == 0;
}

std::string kindName(const std::string& kind)
{
    if (kind == "SR")
        return "structured report";
    return kind == "PR" ? "presentation state" : kind;
}

Result<OpenOutcome> openFolder(const QString& path, const ModuleContents& modules)
{
    // A folder of pictures is one sequence; any other folder goes to the study tree.
    Result<SequencePtr> pictures = openSequence(path.toStdString(), modules);
    if (pictures)
        return OpenOutcome(*pictures);
    return OpenOutcome(StudyFolder{path});
}

Result<OpenOutcome> openDicomObject(const QString& path, const StudyEntry& entry,
                                    const ModuleContents& modules)
{
    if (entry.kind == "SEG") {
        Result<SegObject> seg = readSeg(path.toStdString());
        if (!seg)
            return tl::unexpected(seg.error());
        return OpenOutcome(ReadSeg{path, std::make_shared<const SegObject>(std::move(*seg))});
    }
    Result<SequencePtr> image = openSequence(path.toStdString(), modules);
    if (image)
        return OpenOutcome(*image);
    // Any other error says more than the kind does.
    if (entry.kind != "image" && image.error().code == ErrorCode::DicomNoPixels)
        return fail(ErrorCode::DicomNoPixels, path.toStdString(), kindName(entry.kind));
    return tl::unexpected(image.error());
}

Result<OpenOutcome> open(const QString& path, const ModuleContents& modules)
{
    const std::filesystem::path file = path.toStdString();
    if (!QFileInfo::exists(path))
        return fail(ErrorCode::FileNotFound, path.toStdString());
    if (QFileInfo(path).isDir())
        return openFolder(path, modules);
    if (isDicomdir(file))
        return OpenOutcome(StudyFolder{path});
    if (looksLikeDicom(file)) {
        const Result<StudyScan> scan = scanStudies(file, {}, {}, {});
        if (scan && scan->entries.size() == 1)
            return openDicomObject(path, scan->entries.front(), modules);
        if (scan && scan->entries.size() > 1)
            return OpenOutcome(StudyFolder{path});
    }
    Result<SequencePtr> sequence = openSequence(file, modules);
    if (!sequence)
        return tl::unexpected(sequence.error());
    return OpenOutcome(*sequence);
}

} // namespace

Result<OpenOutcome> openPath(const QString& path, const ModuleContents& modules)
{
    try {
        return open(path, modules);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, path.toStdString());
    } catch (const std::exception& problem) {
        return fail(ErrorCode::Internal, path.toStdString(), problem.what());
    }
}

} // namespace fedefm
