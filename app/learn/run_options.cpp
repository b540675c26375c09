// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/run_options.h"

#include "core/model/checkpoint/model_files.h"
#include "core/train/run_store.h"

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

std::string checkSetting(const std::string& text)
{
    const std::size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    const bool isKey =
        !key.empty() && key.front() != '.' && key.back() != '.' && key.find("..") == std::string::npos;
    return equals != std::string::npos && isKey ? std::string() : "key.sub=value is expected: " + text;
}

} // namespace

fs::path RunOptions::runsFolder() const
{
    return runs.empty() ? defaultRunsFolder() : fs::path(runs);
}

fs::path RunOptions::configFolder() const
{
    return fs::absolute(config).parent_path();
}

fs::path RunOptions::configFile() const
{
    return config.empty() ? ownConfig() : fs::path(config);
}

void addRunOptions(CLI::App& app, CLI::App& command, RunOptions& options)
{
    options.program = &app;
    command.add_option("config", options.config, "Configuration (JSON, see docs/)");
    command.add_option("--set", options.settings, "key.sub=value, over the configuration; may be repeated")
        ->allow_extra_args(false)
        ->check(checkSetting);
    command.add_option("--resume", options.resume, "Go on with this run: its folder, or its name");
    command.add_option("--runs", options.runs,
                       "Where run folders lie (default: FEDEFM_RUNS, ~/.local/share/fedefm/runs)");
}

std::string whereInitIs(const std::string& init, const fs::path& folder, const fs::path& runs)
{
    std::error_code ignored;
    if (init.empty())
        return init;
    if (const fs::path beside = folder / init; fs::exists(beside, ignored))
        return fs::absolute(beside).string();
    if (const fs::path run = runs / init; !runs.empty() && fs::is_directory(run, ignored))
        return run.string();
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    const fs::path model = modelFileNamed(init, modelFolders(program / "../../share/fedefm/models"));
    return model.empty() ? init : model.string();
}

void applyGeneral(const RunOptions& options, const GeneralOptions& general, TrainConfig& config)
{
    config.init = whereInitIs(config.init, options.configFolder(), options.runsFolder());
    if (options.program->get_option("--threads")->count() > 0)
        config.threads = general.threads;
    if (options.program->get_option("--device")->count() > 0)
        config.device = general.device;
    if (options.program->get_option("--seed")->count() > 0)
        config.seed = general.seed;
}

void rememberFolder(const RunOptions& options, nlohmann::json& data)
{
    if (!data.contains("folder"))
        data["folder"] = options.configFolder().string();
}

void findResumed(RunOptions& options)
{
    options.resume = runFolderNamed(options.resume, options.runsFolder()).string();
}

Status checkResumed(const RunOptions& options, bool isSession)
{
    if (options.resume.empty())
        return {};
    const auto reader = RunReader::open(options.resume);
    if (!reader)
        return tl::unexpected(reader.error());
    const auto summary = (*reader)->summary();
    if (!summary)
        return tl::unexpected(summary.error());
    if ((summary->kind == "federate") == isSession)
        return {};
    return fail(ErrorCode::InvalidArgument, options.resume,
                isSession ? "a training; go on with `fedefm train --resume`"
                          : "a federated session; go on with `fedefm federate --resume`");
}

void requireConfigOrResume(const RunOptions& options)
{
    if (options.config.empty() && options.resume.empty())
        throw CLI::ValidationError("a configuration or --resume RUN is expected");
    if (!options.config.empty())
        return;
    if (!options.settings.empty())
        throw CLI::ValidationError("--set goes with a configuration; a run that is resumed keeps its own");
    for (const char* name : {"--threads", "--device", "--seed"})
        if (options.program->get_option(name)->count() > 0)
            throw CLI::ValidationError(std::string(name) +
                                       " goes with a configuration; a run that is resumed keeps its own");
}

Status checkSame(const RunOptions& options, const nlohmann::json& given, const nlohmann::json& own)
{
    for (const nlohmann::json& change : nlohmann::json::diff(own, given)) {
        const std::string path = change.value("path", "");
        if (path != "/data/folder") // where the configuration lies may have changed
            return fail(
                ErrorCode::InvalidArgument, options.config,
                "differs at " + path + " from the run " + options.resume +
                    ", which keeps its configuration; leave the configuration out or begin a new run");
    }
    return {};
}

Error inConfiguration(Error error, const fs::path& file)
{
    const bool isKey = error.code == ErrorCode::InvalidArgument && !error.subject.empty() &&
                       error.subject.find('/') == std::string::npos && error.subject.rfind("--", 0) != 0 &&
                       error.subject != file.string();
    if (!isKey)
        return error;
    error.detail = error.subject + (error.detail.empty() ? "" : ": " + error.detail);
    error.subject = file.string();
    return error;
}

Error withWayOn(Error error, const std::string& command)
{
    if (error.code == ErrorCode::Cancelled && error.detail.empty())
        error.detail = "`fedefm " + command + " --resume` with this folder goes on at the last checkpoint";
    return error;
}

} // namespace fedefm::cli
