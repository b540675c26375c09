// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/frame_source_private.h"

namespace fedefm::dicom {

/// Shared and per-frame functional groups of enhanced multi-frame objects (PS3.3 C.7.6.16); empty for all
/// others.
class FunctionalGroups
{
public:
    explicit FunctionalGroups(const DatasetValues& values);

    /// The first item of a macro for a frame: the frame's own, else the shared one.
    std::optional<DatasetValues> macro(const DcmTagKey& sequence, std::size_t frame = 0) const;
    /// All items of a macro for a frame; most macros have but one.
    std::vector<DatasetValues> macroItems(const DcmTagKey& sequence, std::size_t frame) const;
    std::size_t frameCount() const { return m_perFrame.size(); }

private:
    std::optional<DatasetValues> m_shared;
    std::vector<DatasetValues> m_perFrame;
};

/// What the functions below read from.
struct HeaderContext
{
    DatasetValues values;
    FunctionalGroups groups;
    PixelFormat format;
};

// Each reads one subject into `info`; what is absent or nonsense is left at its default, with a warning where
// it matters. Later functions may use what earlier ones set, in this order.
void readIdentity(const HeaderContext& context, SequenceInfo& info);
void readGrey(const HeaderContext& context, SequenceInfo& info);
void readPalette(const HeaderContext& context, SequenceInfo& info);
void readCine(const HeaderContext& context, SequenceInfo& info);
void readMaskSubtraction(const HeaderContext& context, SequenceInfo& info);
void readGeometry(const HeaderContext& context, SequenceInfo& info);
void readShutter(const HeaderContext& context, SequenceInfo& info);
void readOverlays(const HeaderContext& context, const FrameSource& frames, SequenceInfo& info);

} // namespace fedefm::dicom
