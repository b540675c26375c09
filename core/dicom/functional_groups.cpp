// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/sequence_info_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

namespace fedefm::dicom {

FunctionalGroups::FunctionalGroups(const DatasetValues& values)
    : m_shared(values.firstItem(DCM_SharedFunctionalGroupsSequence)),
      m_perFrame(values.items(DCM_PerFrameFunctionalGroupsSequence))
{
}

std::optional<DatasetValues> FunctionalGroups::macro(const DcmTagKey& sequence, std::size_t frame) const
{
    if (frame < m_perFrame.size())
        if (auto own = m_perFrame[frame].firstItem(sequence))
            return own;
    return m_shared ? m_shared->firstItem(sequence) : std::nullopt;
}

std::vector<DatasetValues> FunctionalGroups::macroItems(const DcmTagKey& sequence, std::size_t frame) const
{
    if (frame < m_perFrame.size())
        if (auto own = m_perFrame[frame].items(sequence); !own.empty())
            return own;
    return m_shared ? m_shared->items(sequence) : std::vector<DatasetValues>();
}

} // namespace fedefm::dicom
