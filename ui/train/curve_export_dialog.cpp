// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/curve_export_dialog.h"

#include "ui/common/settings.h"
#include "ui/jobs/job_model.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>

namespace fedefm {

namespace {

constexpr bool kOverwrite = true;
const QString kValues = QStringLiteral("csv");

QString translated(const char* text)
{
    return QCoreApplication::translate("fedefm::CurveExportDialog", text);
}

} // namespace

CurveExportDialog::CurveExportDialog(QWidget* window, JobModel* jobs, Failed failed)
    : m_window(window), m_jobs(jobs), m_failed(std::move(failed))
{
}

void CurveExportDialog::ask(const QString& kind, const std::vector<RunSummary>& runs, const CurvePage& page)
{
    if (runs.empty())
        return;
    Settings settings;
    const QString name = runs.size() == 1 ? QString::fromStdString(runs.front().id) : QStringLiteral("runs");
    QString path = QFileDialog::getSaveFileName(
        m_window, translated("Export"), QDir(settings.lastFolder()).filePath(name + QLatin1Char('.') + kind),
        QStringLiteral("*.%1").arg(kind));
    if (path.isEmpty())
        return;
    const QString named = path;
    if (QFileInfo(path).suffix().isEmpty())
        path += QLatin1Char('.') + kind;
    settings.setLastFolder(QFileInfo(path).absolutePath());
    std::vector<std::filesystem::path> files;
    if (kind == kValues)
        for (const RunSummary& run : runs)
            files.push_back(runCsvFile(runs, run, path.toStdString()));
    else
        files.emplace_back(path.toStdString());
    if (mayReplace(files, named))
        write(kind, path, runs, page);
}

/// The dialog has asked about the file that was named, not about others.
bool CurveExportDialog::mayReplace(const std::vector<std::filesystem::path>& files, const QString& named)
{
    QStringList there;
    for (const auto& file : files)
        if (const QString name = QString::fromStdString(file.string());
            name != named && QFileInfo::exists(name))
            there << QFileInfo(name).fileName();
    return there.isEmpty() ||
           QMessageBox::question(m_window, translated("Export"),
                                 translated("Replace these files?\n\n%1").arg(there.join(QLatin1Char('\n'))),
                                 QMessageBox::Yes | QMessageBox::Cancel,
                                 QMessageBox::Cancel) == QMessageBox::Yes;
}

void CurveExportDialog::write(const QString& kind, const QString& path, const std::vector<RunSummary>& runs,
                              const CurvePage& page)
{
    if (kind == kValues) {
        m_jobs->start(translated("Export of values"),
                      [runs, target = std::filesystem::path(path.toStdString())](
                          const CancelToken&, const Progress&) -> Result<JobOutput> {
                          auto files = exportRunsCsv(runs, target, kOverwrite);
                          if (!files)
                              return tl::unexpected(files.error());
                          return JobOutput{std::move(*files)};
                      });
        return;
    }
    const Status written = kind == QLatin1String("png") ? exportCurvesPng(page, path, kOverwrite)
                                                        : exportCurvesPdf(page, path, kOverwrite);
    if (!written)
        m_failed(written.error());
}

} // namespace fedefm
