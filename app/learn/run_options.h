// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/train/train_config.h"

#include <CLI/CLI.hpp>

namespace fedefm::cli {

/// What every command that makes a run takes.
struct RunOptions
{
    std::string config;
    std::vector<std::string> settings;
    std::string resume;
    std::string runs;
    const CLI::App* program = nullptr; ///< where the general options stand

    std::filesystem::path runsFolder() const;
    std::filesystem::path configFolder() const;
    /// What is given, else that of the run to go on with.
    std::filesystem::path configFile() const;
    /// Of the run to go on with.
    std::filesystem::path ownConfig() const { return std::filesystem::path(resume) / "config.json"; }
};

/// Adds them to a command of `app`.
void addRunOptions(CLI::App& app, CLI::App& command, RunOptions& options);

/// Weights to begin with may be named as seen from the configuration's folder or from here, or be the name of
/// a run in `runs` or of an installed model.
std::string whereInitIs(const std::string& init, const std::filesystem::path& folder,
                        const std::filesystem::path& runs = {});

/// What the command line says over the configuration, and where its `init` lies.
void applyGeneral(const RunOptions& options, const GeneralOptions& general, TrainConfig& config);

/// Relative paths of the data begin at the configuration; a resumed run no longer knows where it lay.
void rememberFolder(const RunOptions& options, nlohmann::json& data);

/// The run to go on with may be named by its folder or by its name in the folder of runs.
void findResumed(RunOptions& options);

/// A run to go on with is of the kind that the command makes. Errors: InvalidArgument naming the other
/// command; those of the store.
Status checkResumed(const RunOptions& options, bool isSession);

/// A configuration or a run to go on with is needed; what is said over a configuration goes with one. Throws
/// CLI::ValidationError.
void requireConfigOrResume(const RunOptions& options);

/// A configuration beside --resume, options included, is that of the run. Errors: InvalidArgument naming the
/// first difference.
Status checkSame(const RunOptions& options, const nlohmann::json& given, const nlohmann::json& own);

/// A key of a configuration that is wrong: the file comes first, the key before what is wrong with it. Errors
/// that name a file or an option stay as they are.
Error inConfiguration(Error error, const std::filesystem::path& file);

/// What was stopped says how it goes on; other errors stay as they are.
Error withWayOn(Error error, const std::string& command);

} // namespace fedefm::cli
