// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/research_line.h"

#include "core/base/version.h"

#include <QCoreApplication>

namespace fedefm {

ResearchLine::ResearchLine(QWidget* parent)
    : QLabel(QCoreApplication::translate("ResearchLine", kResearchUse), parent)
{
    setObjectName(QStringLiteral("researchLine"));
    setAccessibleName(text());
}

} // namespace fedefm
