// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/byte_source_private.h"

#include <string>

namespace fedefm::dicom {

/// Baseline, extended and progressive JPEG of 8 bits; colour stays as stored. `out` must have the size of the
/// whole picture of these rows, columns and components. Returns the library's message, empty on success.
std::string decodeJpeg8(const Bytes& stream, int rows, int columns, int components, Bytes& out);

} // namespace fedefm::dicom
