// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace fedefm::test {

/// The folder of real files: FEDEFM_TEST_DATA, else ../shared/data beside the checkout. May not exist: then
/// tests that need it skip with NO_REAL_DATA.
inline std::filesystem::path realData(const std::string& name = {})
{
    const char* given = std::getenv("FEDEFM_TEST_DATA");
    const std::filesystem::path root =
        given ? std::filesystem::path(given)
              : std::filesystem::path(FEDEFM_SOURCE_DIR) / ".." / "shared" / "data";
    return name.empty() ? root : root / name;
}

/// The folder of reference results: FEDEFM_GOLDEN_DATA, else ../shared/golden beside the checkout.
inline std::filesystem::path goldenData(const std::string& name = {})
{
    const char* given = std::getenv("FEDEFM_GOLDEN_DATA");
    const std::filesystem::path root =
        given ? std::filesystem::path(given)
              : std::filesystem::path(FEDEFM_SOURCE_DIR) / ".." / "shared" / "golden";
    return name.empty() ? root : root / name;
}

} // namespace fedefm::test

/// Skips the running Qt test function when a real file or folder is absent.
#define NEEDS_REAL_DATA(path)                                                                                \
    do {                                                                                                     \
        if (!std::filesystem::exists(path))                                                                  \
            QSKIP("real test data are not here (set FEDEFM_TEST_DATA)");                                     \
    } while (false)

/// Skips the running Qt test function when reference results are absent.
#define NEEDS_GOLDEN(path)                                                                                   \
    do {                                                                                                     \
        if (!std::filesystem::exists(path))                                                                  \
            QSKIP("reference results are not here (set FEDEFM_GOLDEN_DATA)");                                \
    } while (false)
