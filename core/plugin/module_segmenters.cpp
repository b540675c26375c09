// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/module_loader.h"

namespace fedefm {

SegmenterRegistry segmentersOf(const ModuleContents& modules)
{
    SegmenterRegistry registry = SegmenterRegistry::withBuiltIns();
    for (const auto& [card, factory] : modules.segmenters)
        registry.add(card, factory);
    for (const auto& [extension, opener] : modules.modelFiles)
        registry.addFileOpener(extension, opener);
    return registry;
}

} // namespace fedefm
