// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/programs.h"

#include <cstdlib>

namespace fs = std::filesystem;

namespace fedefm {

Result<fs::path> learningProgram()
{
    std::error_code code;
    if (const char* given = std::getenv("FEDEFM_LEARN_PROGRAM"); given && *given)
        return fs::path(given);
    const fs::path self = fs::read_symlink("/proc/self/exe", code);
    const fs::path root = self.parent_path().parent_path();
    for (const char* folder : {"lib/fedefm", FEDEFM_INSTALL_LIBDIR "/fedefm"}) {
        const fs::path program = root / folder / "fedefm-learn";
        if (fs::is_regular_file(program, code))
            return program;
    }
    return fail(ErrorCode::ModuleMissing, "fedefm-learn", "it comes with the package fedefm-neural");
}

} // namespace fedefm
