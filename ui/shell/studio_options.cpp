// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/studio_options.h"

#include "ui/common/settings.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>

namespace fedefm {

namespace {

[[noreturn]] void wrongUsage(const QString& problem)
{
    std::fprintf(stderr, "fedefm-studio: %s\nTry 'fedefm-studio --help'.\n", qPrintable(problem));
    std::exit(2);
}

ThemeChoice checkedTheme(const QString& name)
{
    if (themeName(themeFromName(name)) != name)
        wrongUsage(QStringLiteral("--theme takes dark, light or system, not '%1'").arg(name));
    return themeFromName(name);
}

} // namespace

StudioOptions parseOptions(const QCoreApplication& application)
{
    const QCommandLineOption demo(QStringLiteral("demo"),
                                  QStringLiteral("Open and play the simulated demo run."));
    const QCommandLineOption shot(QStringLiteral("screenshot"),
                                  QStringLiteral("Write a picture of the window to FILE, then quit."),
                                  QStringLiteral("FILE.png"));
    const QCommandLineOption after(QStringLiteral("after"), QStringLiteral("Delay before the screenshot."),
                                   QStringLiteral("MS"), QStringLiteral("3000"));
    const QCommandLineOption trigger(QStringLiteral("trigger"),
                                     QStringLiteral("Run an action before the screenshot (repeatable)."),
                                     QStringLiteral("ID"));
    const QCommandLineOption measure(QStringLiteral("measure"),
                                     QStringLiteral("Play FILE that long, print start-up time, late frames, "
                                                    "processor time and memory as JSON, then quit."),
                                     QStringLiteral("SECONDS"));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("dark, light or system."),
                                   QStringLiteral("NAME"));
    const QCommandLineOption noRestore(QStringLiteral("no-restore"),
                                       QStringLiteral("Do not restore size and place of the window."));
    const QCommandLineOption settings(QStringLiteral("settings-dir"),
                                      QStringLiteral("Keep settings in this folder, apart from the user's."),
                                      QStringLiteral("DIR"));
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Shows X-ray sequences and marks catheters and guidewires in "
                       "them. Research use only: not for diagnosis."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({demo, shot, after, trigger, measure, theme, noRestore, settings});
    parser.addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("Files or folders to open."),
                                 QStringLiteral("[FILE…]"));
    if (!parser.parse(application.arguments()))
        wrongUsage(parser.errorText());
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp(0);
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();

    StudioOptions options;
    options.files = parser.positionalArguments();
    options.demo = parser.isSet(demo);
    options.restore = !parser.isSet(noRestore);
    options.screenshot = parser.value(shot);
    bool isNumber = false;
    options.screenshotAfterMs = parser.value(after).toInt(&isNumber);
    if (!isNumber || options.screenshotAfterMs < 0)
        wrongUsage(QStringLiteral("--after takes milliseconds"));
    options.triggers = parser.values(trigger);
    options.measureSeconds = parser.value(measure).toDouble();
    if (parser.isSet(measure) && (options.measureSeconds <= 0.0 || options.files.isEmpty()))
        wrongUsage(QStringLiteral("--measure takes seconds and needs a file"));
    if (parser.isSet(theme))
        options.theme = checkedTheme(parser.value(theme));
    options.settingsFolder = parser.value(settings);
    return options;
}

} // namespace fedefm
