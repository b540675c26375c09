// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace fedefm::dicom {

/// How frames are stored.
enum class Codec { Raw, EncapsulatedRaw, Rle, Jpeg, JpegLs, Jpeg2000, Unsupported };

/// How the elements of a data set are written.
struct Encoding
{
    bool explicitVr = true;
    bool bigEndian = false;
};

struct TransferSyntax
{
    std::string uid;
    Encoding encoding;
    bool deflated = false;
    bool bigEndianPixels = false;
    Codec codec = Codec::Unsupported;
    bool lossy = false;

    bool isEncapsulated() const { return codec != Codec::Raw && codec != Codec::Unsupported; }
};

/// Unknown ones count as explicit little endian (PS3.5 A.4) without a codec.
TransferSyntax transferSyntax(const std::string& uid);

/// The dictionary's name, or the UID itself when it is not in the dictionary.
std::string transferSyntaxName(const std::string& uid);

} // namespace fedefm::dicom
