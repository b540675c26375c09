// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/segmenter.h"

#ifdef FEDEFM_HAS_IMAGING
#include "core/model/ridge_segmenter.h"
#endif

namespace fedefm {

SegmenterRegistry SegmenterRegistry::withBuiltIns()
{
    SegmenterRegistry registry;
#ifdef FEDEFM_HAS_IMAGING
    registry.add(RidgeSegmenter().card(),
                 []() -> Result<std::unique_ptr<Segmenter>> { return std::make_unique<RidgeSegmenter>(); });
#endif
    return registry;
}

} // namespace fedefm
