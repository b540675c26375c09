// SPDX-License-Identifier: GPL-3.0-or-later
#include "dcmtk/config/osconfig.h"

#include "core/dicom/transfer_syntax_private.h"

#include "dcmtk/dcmdata/dcuid.h"
#include "dcmtk/dcmdata/dcxfer.h"

#include <array>
#include <string_view>

namespace fedefm::dicom {

namespace {

struct Row
{
    std::string_view uid;
    bool explicitVr;
    bool bigEndian;
    Codec codec;
    bool lossy;
};

constexpr std::array kRows{
    Row{"1.2.840.10008.1.2", false, false, Codec::Raw, false},
    Row{"1.2.840.10008.1.2.1", true, false, Codec::Raw, false},
    Row{"1.2.840.10008.1.2.1.99", true, false, Codec::Raw, false},
    Row{"1.2.840.10008.1.2.2", true, true, Codec::Raw, false},
    Row{"1.2.840.113619.5.2", false, false, Codec::Raw, false},
    Row{"1.2.840.10008.1.2.1.98", true, false, Codec::EncapsulatedRaw, false},
    Row{"1.2.840.10008.1.2.5", true, false, Codec::Rle, false},
    Row{"1.2.840.10008.1.2.4.50", true, false, Codec::Jpeg, true},
    Row{"1.2.840.10008.1.2.4.51", true, false, Codec::Jpeg, true},
    Row{"1.2.840.10008.1.2.4.53", true, false, Codec::Jpeg, true},
    Row{"1.2.840.10008.1.2.4.55", true, false, Codec::Jpeg, true},
    Row{"1.2.840.10008.1.2.4.57", true, false, Codec::Jpeg, false},
    Row{"1.2.840.10008.1.2.4.70", true, false, Codec::Jpeg, false},
    Row{"1.2.840.10008.1.2.4.80", true, false, Codec::JpegLs, false},
    Row{"1.2.840.10008.1.2.4.81", true, false, Codec::JpegLs, true},
    Row{"1.2.840.10008.1.2.4.90", true, false, Codec::Jpeg2000, false},
    Row{"1.2.840.10008.1.2.4.91", true, false, Codec::Jpeg2000, true},
};

} // namespace

TransferSyntax transferSyntax(const std::string& uid)
{
    TransferSyntax syntax;
    syntax.uid = uid;
    for (const Row& row : kRows) {
        if (row.uid != uid)
            continue;
        syntax.encoding = {row.explicitVr, row.bigEndian};
        syntax.codec = row.codec;
        syntax.lossy = row.lossy;
        syntax.deflated = uid == "1.2.840.10008.1.2.1.99";
        // GE's private syntax has a little-endian header and big-endian pixels.
        syntax.bigEndianPixels = row.bigEndian || uid == "1.2.840.113619.5.2";
    }
    if (uid == "1.2.840.10008.1.2.4.95" || uid == "1.2.840.10008.1.2.4.205")
        syntax.deflated = true; // JPIP referenced deflate
    return syntax;
}

std::string transferSyntaxName(const std::string& uid)
{
    const DcmXfer known(uid.c_str());
    if (known.getXfer() != EXS_Unknown)
        return known.getXferName();
    const char* name = dcmFindNameOfUID(uid.c_str());
    if (name)
        return name;
    if (uid == "1.2.840.10008.1.2.4.201")
        return "High-Throughput JPEG 2000 Image Compression (Lossless Only)";
    if (uid == "1.2.840.10008.1.2.4.202")
        return "High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)";
    if (uid == "1.2.840.10008.1.2.4.203")
        return "High-Throughput JPEG 2000 Image Compression";
    if (uid == "1.2.840.113619.5.2")
        return "GE Private Implicit VR, Big Endian Pixels";
    return uid;
}

} // namespace fedefm::dicom
