// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/demo_project.h"

#include "core/base/version.h"
#include "core/dicom/dicom_writer.h"
#include "core/simulate/demo_cine.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace fedefm {

Result<QString> demoFile()
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
    const QString path = QStringLiteral("%1/demo-%2.dcm").arg(folder, QString::fromLatin1(kVersion));
    if (QFileInfo::exists(path))
        return path;
    if (!QDir().mkpath(folder))
        return fail(ErrorCode::WriteFailed, folder.toStdString());
    const DemoCine cine{DemoCineSettings{}};
    XaDescription description;
    description.identity = cine.info().identity;
    description.seriesDescription = "Simulated run";
    description.fps = cine.info().timing.fps;
    description.uidSeed = 1;
    description.derivation = "Simulated, not from a patient";
    if (const Status written = writeXa(path.toStdString(), cine, description, true); !written)
        return tl::unexpected(written.error());
    return path;
}

} // namespace fedefm
