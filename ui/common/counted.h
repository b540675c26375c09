// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace fedefm {

/// "1 round", "3 rounds": `one` and `many` are translated by the caller.
inline QString counted(qint64 number, const QString& one, const QString& many)
{
    return QStringLiteral("%1 %2").arg(QString::number(number), number == 1 ? one : many);
}

} // namespace fedefm
