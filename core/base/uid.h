// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace fedefm {

/// Makes DICOM UIDs of the form 2.25.<128-bit random number> (PS3.5 B.2), which need no registered root.
class UidGenerator
{
public:
    /// Seeded from the system's entropy.
    UidGenerator();
    /// Reproducible: the same seed gives the same UIDs.
    explicit UidGenerator(std::uint64_t seed);

    std::string next();

private:
    std::mt19937_64 m_random;
};

/// A UID that depends on `text` only, so that equal inputs map to equal UIDs (de-identification of a whole
/// study).
std::string uidFromText(const std::string& text);

} // namespace fedefm
