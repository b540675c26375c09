// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/atomic_file.h"
#include "core/train/run_store.h"

#include <QImage>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

namespace fedefm::test {

/// Values that a trainer would write for some epochs, with one sample picture each.
inline void writeEpochs(RunWriter& run, int first, int epochs, int stepsPerEpoch)
{
    for (int epoch = first; epoch < first + epochs; ++epoch) {
        for (int i = 1; i <= stepsPerEpoch; ++i) {
            const int step = epoch * stepsPerEpoch + i;
            run.addMetrics(step, static_cast<double>(step) / stepsPerEpoch,
                           {{"train/loss", 1.0 / step + 0.1 * std::abs(std::sin(step))},
                            {"train/learning_rate", 1e-3 / (1.0 + step)},
                            {"train/images_per_second", 20.0 + step % 3}});
        }
        const double dice = 1.0 - 1.0 / (epoch + 2.0);
        run.addMetrics((epoch + 1) * stepsPerEpoch, epoch + 1,
                       {{"validation/loss", 1.0 / (epoch + 1)}, {"validation/foreground.dice", dice}});
        run.finishEpoch(epoch, true, {{"validation", {{"foreground", {{"dice", dice}}}}}});
        const std::string folder = "samples/epoch_" + std::to_string(epoch);
        std::filesystem::create_directories(run.folder() / folder);
        QImage picture(32, 32, QImage::Format_Grayscale8);
        picture.fill(90);
        QImage labels(32, 32, QImage::Format_Grayscale8);
        labels.fill(0);
        for (int y = 0; y < 32; ++y)
            labels.scanLine(y)[(y + epoch) % 32] = static_cast<uchar>(1 + y % 2);
        const auto save = [&](const QImage& image, const std::string& name) {
            image.save(QString::fromStdString((run.folder() / folder / name).string()));
            return folder + "/" + name;
        };
        run.addSample(epoch, save(picture, "0_picture.png"), save(labels, "0_label.png"),
                      save(labels, "0_prediction.png"));
    }
}

/// Stands in for fedefm-learn: writes two epochs, then obeys commands. Ends by itself, so that a failed test
/// leaves no process behind.
inline int fakeTrain(int argc, char** argv)
{
    std::string config, runs, resume;
    for (int i = 2; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--runs" && i + 1 < argc)
            runs = argv[++i];
        else if (argument == "--resume" && i + 1 < argc)
            resume = argv[++i];
        else
            config = argument;
    }
    if (config.empty() == resume.empty())
        return 2;
    if (config.empty())
        config = resume + "/config.json";
    const auto text = readFile(config, 1u << 20);
    const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
    if (!json.is_object() || json.value("name", "") == "refused") {
        std::fprintf(stderr, "fedefm: data: the folder is empty.\n");
        return 1;
    }
    RunWriter::Start start;
    start.name = json.value("name", "run");
    start.epochsPlanned = 5;
    start.architecture = "unet";
    start.config = json;
    auto run = resume.empty() ? RunWriter::create(runs, start) : RunWriter::resume(resume, 20);
    if (!run)
        return 1;
    writeEpochs(**run, resume.empty() ? 0 : 2, resume.empty() ? 2 : 1, 10);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
        const std::string command = (*run)->takeCommand();
        if (command == "pause")
            (*run)->setState(RunState::Paused);
        else if (command == "resume")
            (*run)->setState(RunState::Running);
        else if (command == "stop") {
            (*run)->setState(RunState::Stopped, "by the user");
            return 0;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    (*run)->setState(RunState::Done);
    return 0;
}

} // namespace fedefm::test
