// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <nlohmann/json.hpp>
#include <string>

namespace fedefm::cli {

/// The entry of one file in the answer of `fedefm info --json`; the keys are documented in docs/cli.md.
nlohmann::json infoJson(const std::string& file, const SequenceInfo& info, bool withIdentity);

/// DICOM's term: "AVG_SUB", "TID" or "REV_TID".
std::string maskOperationName(MaskOperation operation);

} // namespace fedefm::cli
