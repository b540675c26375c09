// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/dicom/transfer_syntax_private.h"

#include "dcmtk/config/osconfig.h"

#include "dcmtk/dcmdata/dcdatset.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace fedefm::dicom {

/// How the pixel data of a new file are announced.
struct PixelElement
{
    std::string transferSyntaxUid = "1.2.840.10008.1.2.1";
    Encoding encoding;       ///< of header and pixel data
    std::string vr = "OB";   ///< ignored when implicit
    std::uint64_t bytes = 0; ///< of the value; 0 and not encapsulated: no pixel data at all
    bool encapsulated =
        false; ///< undefined length; the caller writes items and the delimiter as `bytes` bytes
};

/// A new DICOM file whose pixel data are written piece by piece, so that no clip is ever held whole in
/// memory. The file appears under its name with finish() only; Pixel Data (7FE0,0010) are its last attribute.
class PixelStreamWriter
{
public:
    /// Writes file meta information, `header` and the start of the pixel data.
    /// Errors: those of AtomicFile, TooLarge beyond the 32-bit length field, WriteFailed, DiskFull.
    static Result<PixelStreamWriter> create(const std::filesystem::path& target, bool overwrite,
                                            DcmDataset& header, const PixelElement& pixels);

    /// Errors: DiskFull, WriteFailed; Internal when more is written than announced.
    Status write(const std::uint8_t* bytes, std::size_t count);
    /// Pads to even length and renames. Errors: as write(); Internal when less came than announced.
    Status finish();

private:
    struct Close
    {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using Stream = std::unique_ptr<std::FILE, Close>;

    PixelStreamWriter(AtomicFile file, Stream stream, std::string target, std::uint64_t remaining);

    AtomicFile m_file;
    Stream m_stream;
    std::string m_target;
    std::uint64_t m_remaining;
    bool m_isOdd;
};

} // namespace fedefm::dicom
