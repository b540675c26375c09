// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"
#include "core/model/networks/architecture_list_private.h"

#include <algorithm>

namespace fedefm {

// One line here and one in the table below for each network.
const Architecture& unetArchitecture();
const Architecture& unetBilinearArchitecture();
const Architecture& transunetArchitecture();
const Architecture& transunetNoskipArchitecture();
const Architecture& transunetVitArchitecture();
const Architecture& fedefmMedvitArchitecture();
const Architecture& lvmMedResnet50Architecture();
const Architecture& timmVitArchitecture();
const Architecture& vitSegArchitecture();
const Architecture& clipVitArchitecture();
const Architecture& samArchitecture();
const Architecture& lvmMedVitArchitecture();
const Architecture& swinUnetArchitecture();
const Architecture& wireNetArchitecture();

namespace {

const std::vector<const Architecture*>& architectureTable()
{
    static const std::vector<const Architecture*> table{
        &unetArchitecture(),
        &unetBilinearArchitecture(),
        &transunetArchitecture(),
        &transunetNoskipArchitecture(),
        &transunetVitArchitecture(),
        &fedefmMedvitArchitecture(),
        &lvmMedResnet50Architecture(),
        &timmVitArchitecture(),
        &vitSegArchitecture(),
        &clipVitArchitecture(),
        &samArchitecture(),
        &lvmMedVitArchitecture(),
        &swinUnetArchitecture(),
        &wireNetArchitecture(),
    };
    return table;
}

} // namespace

Result<const Architecture*> findArchitecture(const std::string& name)
{
    std::vector<std::string> names;
    for (const Architecture* architecture : architectureTable()) {
        if (architecture->info.name == name)
            return architecture;
        names.push_back(architecture->info.name);
    }
    return fail(ErrorCode::InvalidArgument, name, "no architecture of this name; " + knownNames(name, names));
}

std::vector<ArchitectureInfo> architectures()
{
    std::vector<ArchitectureInfo> infos;
    for (const Architecture* architecture : architectureTable())
        infos.push_back(architecture->info);
    std::sort(infos.begin(), infos.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return infos;
}

} // namespace fedefm
