// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/image/sequence.h"

#include <filesystem>

namespace fedefm::cli {

/// Files that the measurements work on: real ones where they are at hand, else generated, so that the command
/// works on any machine. Generated files live in a temporary folder that goes with this object.
class BenchInputs
{
public:
    /// `dataFolder` empty: FEDEFM_TEST_DATA, else ../shared/data. Errors: WriteFailed and those of the
    /// writers.
    static Result<std::unique_ptr<BenchInputs>> create(const std::filesystem::path& dataFolder,
                                                       bool needsLossless);
    ~BenchInputs();

    BenchInputs(const BenchInputs&) = delete;
    BenchInputs& operator=(const BenchInputs&) = delete;

    std::filesystem::path jpegCine;         ///< 96 frames, 512², JPEG baseline
    std::filesystem::path plain1024;        ///< one frame, 1024², 10 bit, uncompressed
    std::filesystem::path jpegLossless1024; ///< 24 frames of 1024²
    std::filesystem::path jpegLs1024;       ///< empty where DCMTK cannot serve as its peer
    std::filesystem::path wireCine;         ///< 512² with catheter and guidewire
    bool isReal = false;

    const std::filesystem::path& temporaryFolder() const { return m_temporary; }

private:
    BenchInputs() = default;
    Status useReal(const std::filesystem::path& folder);
    Status generate();
    Status encodeLossless();
    std::filesystem::path m_temporary;
};

} // namespace fedefm::cli
