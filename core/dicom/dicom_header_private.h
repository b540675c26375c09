// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dcmtk/config/osconfig.h"

#include "core/dicom/dataset_values_private.h"
#include "core/dicom/dicom_scan_private.h"

#include "dcmtk/dcmdata/dcdatset.h"

#include <memory>

namespace fedefm::dicom {

/// Silences DCMTK's log, which would write to the program's output. Call before any other use of DCMTK.
void prepareDcmtk();

/// A checked file: its structure and its parsed elements, without pixel data.
struct DicomHeader
{
    DicomScan scan;
    std::unique_ptr<DcmDataset> meta;
    std::unique_ptr<DcmDataset> dataset;
    std::unique_ptr<TextDecoder> decoder;

    DatasetValues values() const { return {*dataset, *decoder}; }
};

/// Errors: FileNotFound, FileUnreadable and those of scanDicom.
Result<DicomHeader> openHeader(const std::filesystem::path& file, const DicomLimits& limits = {});
Result<DicomHeader> parseHeader(const ByteSourcePtr& file, const std::string& subject,
                                const DicomLimits& limits);

} // namespace fedefm::dicom
