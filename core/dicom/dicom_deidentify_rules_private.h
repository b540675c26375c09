// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_deidentify.h"
#include "core/dicom/dicom_deidentify_table_private.h"
#include "core/dicom/dicom_header_private.h"

#include <string>

namespace fedefm {

/// Applies the profile to a data set and all that is nested in it, and counts what it did.
class DeidentifyRules
{
public:
    DeidentifyRules(const std::string& salt, const dicom::TextDecoder& decoder, DeidentifyReport& report)
        : m_salt(salt), m_decoder(decoder), m_report(report)
    {
    }

    void apply(DcmItem& item);

private:
    DeidentifyAction actionFor(DcmElement& element) const;
    void replace(DcmItem& item, DcmElement& element);
    void empty(DcmElement& element);
    void mapUids(DcmItem& item, DcmElement& element);
    void applyNested(DcmElement& sequence);
    std::string valueOf(DcmItem& item, DcmElement& element) const;

    std::string m_salt;
    const dicom::TextDecoder& m_decoder;
    DeidentifyReport& m_report;
};

} // namespace fedefm
