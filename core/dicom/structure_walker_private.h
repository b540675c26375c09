// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_scan_private.h"
#include "core/dicom/element_writer_private.h"

namespace fedefm::dicom {

/// Walks the elements of a data set, checks every length and depth, copies what is not pixel data to
/// scan.header and notes where the pixel data are. Tolerates what real writers do: missing delimiters at the
/// end of the file, padding and broken elements after the pixel data, stray delimiters, sequences hidden in
/// UN.
class StructureWalker
{
public:
    StructureWalker(DicomScan& scan, const std::string& subject, const DicomLimits& limits)
        : m_scan(scan), m_subject(subject), m_limits(limits), m_window(*scan.source), m_writer(scan.header)
    {
    }

    Status walk(std::uint64_t start);

private:
    using Next = Result<std::uint64_t>;

    Next topLevel(const ElementHead& head);
    Next element(const ElementHead& head, std::uint64_t end, Encoding encoding, int depth);
    Next sequence(const ElementHead& head, std::uint64_t end, Encoding outer, Encoding inner, int depth);
    Next items(std::uint64_t position, std::uint64_t end, bool hasLength, Encoding encoding, int depth);
    Next itemContent(std::uint64_t position, std::uint64_t end, bool hasLength, Encoding encoding, int depth);
    Next hiddenSequence(const ElementHead& head, Encoding encoding, int depth);
    Next value(const ElementHead& head, Encoding encoding);
    Next pixelData(const ElementHead& head);
    Next fragments(std::uint64_t position, PixelData* pixels);
    void readOffsets(const Fragment& table, PixelData& pixels);
    Status readExtendedOffsets(const ElementHead& head);

    bool startsWithItem(const ElementHead& head, bool bigEndian);
    Status count();
    void warn(const std::string& text);
    tl::unexpected<Error> malformed(const std::string& text) const;

    DicomScan& m_scan;
    std::string m_subject;
    DicomLimits m_limits;
    ByteWindow m_window;
    ElementWriter m_writer;
    long long m_elements = 0;
};

} // namespace fedefm::dicom
