// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/byte_source_private.h"

namespace fedefm::dicom {

/// Inflates everything from `offset` on (raw deflate, PS3.5 A.5; a zlib header is tolerated). The size is
/// counted before anything is allocated. Errors: TooLarge beyond `limit`, DicomMalformed.
Result<Bytes> inflateDataset(const ByteSource& source, std::uint64_t offset, long long limit,
                             const std::string& subject);

} // namespace fedefm::dicom
