// SPDX-License-Identifier: GPL-3.0-or-later
// Composition root of the desktop: makes the parts, hands them down, runs.
#include "core/base/process_environment.h"
#include "core/base/version.h"
#include "core/plugin/module_loader.h"
#include "ui/common/action_registry.h"
#include "ui/common/app_context.h"
#include "ui/common/issue_model.h"
#include "ui/common/settings.h"
#include "ui/common/theme.h"
#include "ui/shell/action_definitions.h"
#include "ui/shell/main_window.h"
#include "ui/shell/screenshot.h"
#include "ui/shell/self_measure.h"
#include "ui/shell/studio_options.h"

#include <QApplication>

#include <algorithm>
#include <clocale>
#include <string>

namespace {

std::shared_ptr<const fedefm::ModuleLoader> loadModules(fedefm::IssueModel& issues)
{
    auto loader = std::make_shared<fedefm::ModuleLoader>();
    for (const auto& folder : fedefm::ModuleLoader::defaultFolders())
        loader->loadFolder(folder);
    for (const fedefm::ModuleEntry& entry : loader->entries())
        if (!entry.loaded)
            issues.report(entry.problem, fedefm::Severity::Warning);
    return loader;
}

/// Help and version are for terminals, which need no screen.
bool wantsTextOnly(int argc, char** argv)
{
    return std::any_of(argv + 1, argv + argc, [](const char* argument) {
        const std::string text(argument);
        return text == "-h" || text == "--help" || text == "--help-all" || text == "-v" ||
               text == "--version";
    });
}

} // namespace

int main(int argc, char** argv)
{
    // LibTorch comes later, with the module that runs the networks.
    fedefm::limitSpinning();
    if (wantsTextOnly(argc, argv))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    // Qt takes the numeric locale from the environment; file readers need the decimal point.
    std::setlocale(LC_NUMERIC, "C");
    QApplication::setOrganizationName(QStringLiteral("FedEFM"));
    QApplication::setApplicationName(QStringLiteral("fedefm-studio"));
    QApplication::setApplicationDisplayName(QString());
    QApplication::setApplicationVersion(QString::fromLatin1(fedefm::kVersion));
    QGuiApplication::setDesktopFileName(QStringLiteral("fedefm-studio"));
    QApplication::setWindowIcon(fedefm::applicationIcon());

    const fedefm::StudioOptions options = fedefm::parseOptions(application);
    if (!options.settingsFolder.isEmpty())
        fedefm::Settings::isolateIn(options.settingsFolder);
    fedefm::Settings settings;
    if (options.theme)
        settings.setTheme(*options.theme);
    fedefm::applyTheme(application, settings.theme(), settings.fontPercent());

    fedefm::IssueModel issues;
    fedefm::ActionRegistry actions;
    fedefm::defineActions(actions);
    const auto modules = loadModules(issues);
    const auto segmenters =
        std::make_shared<const fedefm::SegmenterRegistry>(fedefm::segmentersOf(modules->contents()));
    const fedefm::AppContext context{modules, segmenters, &issues, &actions};

    fedefm::MainWindow window(context);
    if (options.restore)
        window.restoreWindow();
    window.show();
    window.begin(options.files, options.demo);
    if (!options.screenshot.isEmpty())
        fedefm::scheduleScreenshot(window, actions, options);
    std::optional<fedefm::SelfMeasure> measure;
    if (options.measureSeconds > 0.0)
        measure.emplace(window, options.measureSeconds);
    return QApplication::exec();
}
