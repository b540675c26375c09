// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

namespace fedefm::dicom {

/// Text with the escape sequences of ISO 2022 IR 87, 159 and 13 to UTF-8; empty when it is malformed. DCMTK
/// leaves these sets out where it is built on the C library's iconv, as on Debian.
std::optional<std::string> japaneseToUtf8(const std::string& stored);

} // namespace fedefm::dicom
