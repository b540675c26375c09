// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_launcher.h"

#include "core/base/atomic_file.h"
#include "core/base/clock.h"
#include "core/plugin/programs.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>

#include <algorithm>
#include <unistd.h>

namespace fedefm {

namespace {

constexpr int kCheckMs = 500;
constexpr int kErrorLines = 6;
constexpr int kMostLogs = 1000;
constexpr int kChecksWhenOver = 6;
/// Hidden, so that nobody takes it for a run.
const QString kStartFolder = QStringLiteral(".starts");

QString lastLines(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    return lines.mid(std::max<qsizetype>(0, lines.size() - kErrorLines)).join(QLatin1Char(' '));
}

} // namespace

bool isProcessAlive(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    // The state stands behind the name, which may hold anything but ends with the last bracket.
    const QByteArray stat = file.readAll();
    const qsizetype at = stat.lastIndexOf(')');
    return at > 0 && at + 2 < stat.size() && stat.at(at + 2) != 'Z' && stat.at(at + 2) != 'X';
}

RunLauncher::RunLauncher(std::filesystem::path runsFolder, QObject* parent)
    : QObject(parent), m_runs(std::move(runsFolder))
{
    m_timer.setInterval(kCheckMs);
    connect(&m_timer, &QTimer::timeout, this, &RunLauncher::checkProcesses);
}

QString RunLauncher::newFile(const QString& name, const QString& extension) const
{
    const QDir folder(QString::fromStdString((m_runs / kStartFolder.toStdString()).string()));
    QString plain;
    for (const QChar c : name)
        plain += c.isLetterOrNumber() ? c : QLatin1Char('-');
    const QString stem =
        QStringLiteral("%1-%2-%3")
            .arg(QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmsszzz")),
                 plain.left(40), QString::number(::getpid()));
    return folder.filePath(stem + extension);
}

Status RunLauncher::start(const nlohmann::json& config, const QString& command)
{
    const QString name = QString::fromStdString(config.value("name", std::string("run")));
    QDir runs(QString::fromStdString(m_runs.string()));
    if (!runs.mkpath(kStartFolder))
        return fail(ErrorCode::WriteFailed, m_runs.string());
    const QString file = newFile(name, QStringLiteral(".json"));
    if (const Status written = writeFile(file.toStdString(), config.dump(2), Overwrite::No); !written)
        return written;
    return launch({command, file, QStringLiteral("--runs"), runs.path()},
                  {0, name, newFile(name, QStringLiteral(".log")), file, {}, {}, 0});
}

Status RunLauncher::resume(const RunSummary& run, int behindRound)
{
    // Until its process has shown itself, the run looks as it did before.
    for (const Start& start : m_starts)
        if (start.resumedId == run.id)
            return {};
    const QString folder = QString::fromStdString(run.folder.string());
    const QString name = QString::fromStdString(run.name);
    const QString command = run.kind == "federate" ? QStringLiteral("federate") : QStringLiteral("train");
    QStringList arguments{command, QStringLiteral("--resume"), folder};
    if (behindRound > 0)
        arguments << QStringLiteral("--round") << QString::number(behindRound);
    return launch(arguments, {0, name, newFile(name, QStringLiteral(".log")), {}, run.id, {}, 0});
}

Status RunLauncher::launch(const QStringList& arguments, Start start)
{
    const auto program = learningProgram();
    if (!program)
        return tl::unexpected(program.error());
    QDir().mkpath(QFileInfo(start.log).path());
    QProcess process;
    process.setProgram(QString::fromStdString(program->string()));
    process.setArguments(arguments);
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(start.log);
    process.setWorkingDirectory(QString::fromStdString(m_runs.string()));
    start.launchedUtc = isoTimeUtc();
    if (!process.startDetached(&start.pid))
        return fail(ErrorCode::Internal, program->string(), process.errorString().toStdString());
    m_starts.push_back(std::move(start));
    m_timer.start();
    Q_EMIT waitingChanged(waitingCount());
    return {};
}

bool RunLauncher::hasBecome(const Start& start, const RunSummary& run)
{
    if (run.pid != start.pid)
        return false;
    // Process numbers come again, and the list holds every run there ever was: one that began before the
    // start is another process's.
    return start.resumedId.empty() ? run.startedUtc >= start.launchedUtc : run.id == start.resumedId;
}

void RunLauncher::moveLog(const Start& start, const std::filesystem::path& run)
{
    // The process goes on writing into the same file under its new name; older logs of a resumed run stay.
    const QDir folder(QString::fromStdString(run.string()));
    const QString log = folder.filePath(QStringLiteral("log.txt"));
    for (int number = 1; QFile::exists(log) && number < kMostLogs; ++number)
        if (QFile::rename(log, folder.filePath(QStringLiteral("log_%1.txt").arg(number))))
            break;
    QFile::rename(start.log, log);
    if (!start.config.isEmpty())
        QFile::remove(start.config);
}

void RunLauncher::seen(const std::vector<RunSummary>& runs)
{
    for (const RunSummary& run : runs) {
        const auto it = std::find_if(m_starts.begin(), m_starts.end(),
                                     [&run](const Start& start) { return hasBecome(start, run); });
        if (it == m_starts.end())
            continue;
        moveLog(*it, run.folder);
        m_starts.erase(it);
        Q_EMIT appeared(QString::fromStdString(run.id));
        Q_EMIT waitingChanged(waitingCount());
    }
    if (m_starts.empty())
        m_timer.stop();
}

void RunLauncher::checkProcesses()
{
    for (std::size_t i = 0; i < m_starts.size();) {
        Start& start = m_starts[i];
        if (isProcessAlive(start.pid)) {
            ++i;
            continue;
        }
        // A short run may be over before the list was read: it has its chance to appear first.
        if (++start.checksWhenOver < kChecksWhenOver) {
            ++i;
            continue;
        }
        const QString text = lastLines(start.log);
        const std::string name = start.name.toStdString();
        m_starts.erase(m_starts.begin() + static_cast<std::ptrdiff_t>(i));
        Q_EMIT failed(Error{ErrorCode::InvalidArgument, name,
                            text.isEmpty() ? "the process ended before it began" : text.toStdString()});
        Q_EMIT waitingChanged(waitingCount());
    }
    if (m_starts.empty())
        m_timer.stop();
}

} // namespace fedefm
