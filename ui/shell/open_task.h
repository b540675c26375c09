// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_seg.h"
#include "core/dicom/dicom_study.h"
#include "core/image/sequence.h"
#include "core/plugin/module.h"

#include <QString>

#include <variant>

namespace fedefm {

/// A SEG file that was read and waits for the image it belongs to.
struct ReadSeg
{
    QString path;
    std::shared_ptr<const SegObject> seg;
};

/// A folder or DICOMDIR: to be scanned into the study tree, nothing to show by itself.
struct StudyFolder
{
    QString path;
};

/// What a path turned out to be.
using OpenOutcome = std::variant<SequencePtr, ReadSeg, StudyFolder>;

/// Finds out what `path` is and opens it: image, SEG, folder, DICOMDIR. Reads headers; for a worker thread.
/// Errors: those of openSequence and readSeg; DicomNoPixels names the kind of object.
Result<OpenOutcome> openPath(const QString& path, const ModuleContents& modules);

} // namespace fedefm
