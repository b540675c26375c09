// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/program.h"

#include "core/base/log.h"
#include "core/base/version.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>

namespace fedefm::cli {

namespace {

/// Only for the signal handler, which can reach nothing else.
const CancelToken* interruptToken = nullptr;

void onInterrupt(int number)
{
    interruptToken->cancel();
    // A second one ends at once.
    std::signal(number, SIG_DFL);
}

constexpr int kInterrupts[] = {SIGINT, SIGTERM, SIGHUP};

void catchInterrupts()
{
    for (const int number : kInterrupts)
        // What the parent ignores stays ignored: nohup relies on it.
        if (std::signal(number, onInterrupt) == SIG_IGN)
            std::signal(number, SIG_IGN);
    holdInterrupts(false);
}

constexpr std::size_t kMostDeviceDigits = 3;

void addGeneralOptions(CLI::App& app, GeneralOptions& general)
{
    app.add_flag("--json", general.json, "Print one JSON document on stdout and nothing else");
    app.add_flag("--quiet", general.quiet, "No progress and no remarks on stderr");
    app.add_flag("--force", general.force, "Overwrite existing output");
    app.add_option("--threads", general.threads, "Number of threads (default: all cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--device", general.device, "cpu, cuda or cuda:N")->check([](const std::string& text) {
        const bool known =
            text == "cpu" || text == "cuda" ||
            (text.rfind("cuda:", 0) == 0 && text.size() > 5 && text.size() <= 5 + kMostDeviceDigits &&
             text.find_first_not_of("0123456789", 5) == std::string::npos);
        return known ? std::string() : "unknown device " + text;
    });
    app.add_option("--seed", general.seed, "Seed of everything random (default 1)")
        ->check([](const std::string& text) {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool isNumber = error == std::errc() && end == text.data() + text.size();
            return isNumber ? std::string() : "a seed is a whole number from 0 to 2^64-1: " + text;
        });
}

int report(const Context& context, const Result<Outcome>& outcome)
{
    if (!outcome)
        std::fprintf(stderr, "fedefm: %s\n", describe(outcome.error()).c_str());
    if (context.general.json) {
        const nlohmann::json document =
            outcome ? outcome->document : nlohmann::json{{"error", errorJson(outcome.error())}};
        const std::string text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
        std::printf("%s\n", text.c_str());
    }
    // An earlier write may have failed, too: what is longer than the buffer goes out before the end.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        std::fprintf(stderr, "fedefm: %s\n",
                     describe({ErrorCode::WriteFailed, "standard output", ""}).c_str());
        return 1;
    }
    return outcome && !outcome->partlyFailed ? 0 : 1;
}

Result<Outcome> run(const Context& context)
{
    try {
        auto outcome = context.action();
        if (!outcome && outcome.error().subject.empty())
            outcome.error().subject = context.input;
        return outcome;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, context.input);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, context.input, exception.what());
    }
}

} // namespace

void holdInterrupts(bool hold)
{
    sigset_t interrupts;
    sigemptyset(&interrupts);
    for (const int number : kInterrupts)
        sigaddset(&interrupts, number);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &interrupts, nullptr);
}

int runProgram(int argc, char** argv, const char* name, const std::vector<AddCommand>& commands,
               const std::function<void(const GeneralOptions&)>& prepare)
{
    Context context;
    context.arguments.assign(argv, argv + argc);
    interruptToken = &context.cancel;
    catchInterrupts();

    CLI::App app{"FedEFM Studio on the command line. " + std::string(kResearchUse) + ".", name};
    app.set_version_flag("--version", std::string(name) + " " + kVersion);
    app.require_subcommand(1);
    app.fallthrough();
    addGeneralOptions(app, context.general);
    for (const AddCommand add : commands)
        add(app, context);
    for (CLI::App* command : app.get_subcommands({}))
        command->footer(
            "General options (--json, --quiet, --force, --threads, --device, --seed): fedefm --help");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    log::setQuiet(context.general.quiet);
    prepare(context.general);
    return report(context, run(context));
}

} // namespace fedefm::cli
