// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_store.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

/// Sessions by the program itself.
namespace fedefm::test {

namespace fs = std::filesystem;

inline const QString kProgram = QStringLiteral(FEDEFM_BINARY_DIR "/lib/fedefm/fedefm-learn");
constexpr int kLimitMs = 60000;

/// Three silos with a ViT of 32 × 32 pixels that tells two source types apart.
inline const char* const kPlan = R"({"version": 1, "name": "kill",
    "training": {"task": "classification", "threads": 1, "batch_size": 4,
                 "model": {"network": "timm_vit", "hyper_parameters": {"img_size": 32, "patch_size": 8,
                           "in_chans": 1, "num_classes": 2, "embed_dim": 16, "depth": 1, "num_heads": 2}},
                 "input": {"channels": 1, "size_px": 32, "multiple": 8}},
    "data": {"pool": {"train": {"form": "simulated", "presets": ["simulation", "phantom"], "scenes": 24,
                                "frames_per_scene": 1, "smallest_size_px": 64, "largest_size_px": 64},
                      "test": {"form": "simulated", "presets": ["simulation", "phantom"], "scenes": 6,
                               "frames_per_scene": 1, "smallest_size_px": 64, "largest_size_px": 64,
                               "seed": 900000}},
             "silo_count": 3, "partition": {"scheme": "iid"}},
    "strategy": {"name": "fedefm", "nodes": 2, "local_steps": 1, "overseas_steps": 1, "hops": 1, "home_steps": 1},
    "rounds": 30, "evaluate_every": 10, "checkpoint_every": 2})";

struct Ran
{
    int exitCode = -1;
    QByteArray out;
    QByteArray err;

    QJsonObject answer() const { return QJsonDocument::fromJson(out).object(); }
};

inline Ran run(const QStringList& arguments)
{
    QProcess process;
    process.start(kProgram, arguments);
    process.waitForFinished(kLimitMs);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

/// Rounds that a session called `name` below `runs` has closed; 0: there is none yet.
inline int roundsOf(const fs::path& runs, const std::string& name)
{
    for (const RunSummary& summary : listRuns(runs))
        if (summary.name == name)
            return summary.epochsDone;
    return 0;
}

/// Waits until a session of the program has closed that many rounds; false when it ends before.
inline bool waitForRounds(QProcess& program, const fs::path& runs, const std::string& name, int rounds)
{
    QElapsedTimer timer;
    timer.start();
    while (roundsOf(runs, name) < rounds)
        if (program.waitForFinished(10) || timer.elapsed() > kLimitMs)
            return false;
    return true;
}

inline QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline bool writeText(const QString& path, const std::string& text)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text.c_str()) == static_cast<qint64>(text.size());
}

} // namespace fedefm::test
