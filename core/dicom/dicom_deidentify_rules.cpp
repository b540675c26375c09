// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_deidentify_rules_private.h"

#include "core/base/uid.h"
#include "core/dicom/dicom_writer_dataset_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcelem.h"
#include "dcmtk/dcmdata/dcsequen.h"

#include <vector>

namespace fedefm {

using namespace dicom;

namespace {

std::uint32_t tagOf(const DcmElement& element)
{
    return (static_cast<std::uint32_t>(element.getGTag()) << 16) | element.getETag();
}

bool isSequence(DcmElement& element)
{
    return element.ident() == EVR_SQ;
}

/// UIDs of classes, syntaxes and coding schemes say what a thing is, not whose.
bool namesKind(std::uint32_t tag)
{
    switch (tag) {
    case 0x00080016: // SOP Class
    case 0x0008001A: // Related General SOP Class
    case 0x0008001B: // Original Specialized SOP Class
    case 0x00080062: // SOP Classes in Study
    case 0x0008010C: // Coding Scheme
    case 0x00080117: // Context
    case 0x00080118: // Mapping Resource
    case 0x00081150: // Referenced SOP Class
    case 0x0008115A: // SOP Classes Supported
    case 0x00041510: // Referenced SOP Class in File
    case 0x00041512: // Referenced Transfer Syntax in File
    case 0x00083002: // Available Transfer Syntax
    case 0x04000010: // MAC Calculation Transfer Syntax
        return true;
    default:
        return false;
    }
}

bool isUid(DcmElement& element)
{
    return element.getVR() == EVR_UI || DcmTag(element.getTag().getXTag()).getEVR() == EVR_UI;
}

/// Stored without a VR and in no dictionary: nobody can say what it holds.
bool isUnknown(DcmElement& element)
{
    return element.getVR() == EVR_UN && DcmTag(element.getTag().getXTag()).getEVR() == EVR_UN;
}

const char* dummyFor(DcmEVR vr)
{
    switch (vr) {
    case EVR_DA:
        return "19000101";
    case EVR_TM:
        return "000000";
    case EVR_DT:
        return "19000101000000";
    case EVR_AS:
        return "000Y";
    case EVR_DS:
    case EVR_IS:
        return "0";
    case EVR_PN:
    case EVR_LO:
    case EVR_SH:
    case EVR_ST:
    case EVR_LT:
    case EVR_UT:
    case EVR_UC:
    case EVR_CS:
    case EVR_AE:
        return "ANONYMIZED";
    default:
        return "";
    }
}

} // namespace

DeidentifyAction DeidentifyRules::actionFor(DcmElement& element) const
{
    const std::uint32_t tag = tagOf(element);
    const DeidentifyAction listed = deidentifyAction(tag);
    if (listed != DeidentifyAction::Keep)
        return listed;
    if (isUid(element))
        return namesKind(tag) ? DeidentifyAction::Keep : DeidentifyAction::Uid;
    if (isUnknown(element))
        return DeidentifyAction::Remove;
    // Names that a later edition of the standard adds are names all the same.
    return element.getVR() == EVR_PN ? DeidentifyAction::Empty : DeidentifyAction::Keep;
}

void DeidentifyRules::apply(DcmItem& item)
{
    std::vector<DcmElement*> elements;
    for (DcmObject* next = item.nextInContainer(nullptr); next != nullptr; next = item.nextInContainer(next))
        elements.push_back(static_cast<DcmElement*>(next));
    for (DcmElement* element : elements) {
        switch (actionFor(*element)) {
        case DeidentifyAction::Remove:
            delete item.remove(element);
            ++m_report.removed;
            break;
        case DeidentifyAction::Empty:
            empty(*element);
            break;
        case DeidentifyAction::Dummy:
            replace(item, *element);
            break;
        case DeidentifyAction::Uid:
            mapUids(item, *element);
            break;
        case DeidentifyAction::Keep:
            if (isSequence(*element))
                applyNested(*element);
            break;
        }
    }
}

void DeidentifyRules::applyNested(DcmElement& sequence)
{
    auto& items = static_cast<DcmSequenceOfItems&>(sequence);
    for (DcmObject* next = items.nextInContainer(nullptr); next != nullptr;
         next = items.nextInContainer(next))
        apply(static_cast<DcmItem&>(*next));
}

void DeidentifyRules::empty(DcmElement& element)
{
    if (element.isEmpty(OFFalse))
        return;
    element.clear();
    ++m_report.replaced;
}

void DeidentifyRules::replace(DcmItem& item, DcmElement& element)
{
    const DcmTagKey key = element.getTag().getXTag();
    // A later reader takes an absent value for "unknown" already; a dummy would claim that there was one.
    if (element.isEmpty(OFFalse))
        return;
    DcmEVR vr = element.getVR();
    if (vr == EVR_UN)
        vr = DcmTag(key).getEVR();
    const char* dummy = dummyFor(vr);
    if (*dummy == '\0') {
        empty(element);
        return;
    }
    delete item.remove(&element);
    put(item, key, dummy);
    ++m_report.replaced;
}

std::string DeidentifyRules::valueOf(DcmItem& item, DcmElement& element) const
{
    return DatasetValues(item, m_decoder).raw(element.getTag().getXTag());
}

void DeidentifyRules::mapUids(DcmItem& item, DcmElement& element)
{
    const DcmTagKey key = element.getTag().getXTag();
    const std::string value = valueOf(item, element);
    if (value.empty())
        return;
    std::string mapped;
    for (std::size_t start = 0; start <= value.size();) {
        const std::size_t end = std::min(value.find('\\', start), value.size());
        const std::string uid = value.substr(start, end - start);
        const bool isStandard = uid.compare(0, 14, "1.2.840.10008.") == 0;
        mapped += (start == 0 ? "" : "\\") + (uid.empty() || isStandard ? uid : uidFromText(m_salt + uid));
        start = end + 1;
    }
    if (mapped == value)
        return;
    delete item.remove(&element);
    put(item, DcmTag(key, EVR_UI), mapped);
    ++m_report.replaced;
}

} // namespace fedefm
