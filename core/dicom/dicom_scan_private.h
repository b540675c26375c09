// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/byte_source_private.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/transfer_syntax_private.h"

#include <string>
#include <vector>

namespace fedefm::dicom {

/// One item of encapsulated pixel data.
struct Fragment
{
    std::uint64_t itemOffset = 0; ///< of the item tag
    std::uint64_t offset = 0;     ///< of the bytes
    std::uint64_t length = 0;
};

/// Where (7FE0,0010) of the top level lies.
struct PixelData
{
    bool present = false;
    bool isFloat = false; ///< (7FE0,0008) or (7FE0,0009)
    std::string vr;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;    ///< declared; 0 when encapsulated
    std::uint64_t available = 0; ///< what of it the file has
    bool encapsulated = false;
    bool truncated = false; ///< the last fragment runs beyond the file
    std::vector<Fragment> fragments;
    std::vector<std::uint64_t>
        frameOffsets; ///< extended offset table, else basic one; relative to the first fragment
};

/// The checked structure of a file. `meta` (explicit little endian) and `header` (`encoding`) are rewritten
/// copies of the elements without pixel data: every length in them is right, sequences are delimited and not
/// nested beyond the limit. Only they reach DCMTK, so what it parses is what was checked.
struct DicomScan
{
    ByteSourcePtr source; ///< the file, or the inflated data set
    TransferSyntax syntax;
    Encoding encoding;
    Bytes meta;
    Bytes header;
    PixelData pixels;
    std::vector<std::string> warnings;
};

/// Errors: NotDicom, DicomMalformed, DicomTooDeep, TooLarge, FileUnreadable.
Result<DicomScan> scanDicom(const ByteSourcePtr& file, const std::string& subject, const DicomLimits& limits);

/// "DICM" where it belongs, or a few plausible elements.
bool startsLikeDicom(const ByteSource& file);

} // namespace fedefm::dicom
