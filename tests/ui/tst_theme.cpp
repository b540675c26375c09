// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/palette_file.h"
#include "ui_test_support.h"

#include <QAction>
#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>

using namespace fedefm;

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_studio = std::make_unique<test::Studio>(); }
    void cleanupTestCase() { m_studio.reset(); }
    void contrastOfBlackAndWhiteIs21();
    void textContrast_data();
    void textContrast();
    void actionIconsRenderInBothThemes();
    void everyIconFileRenders();
    void iconsNamedInSourcesExist();
    void iconFollowsTheTheme();
    void iconIsCrispAtEveryRatio();
    void unknownIconIsNull();
    void fontSizeFollowsPercent();
    void styleSheetHasNoOpenRole();

private:
    std::unique_ptr<test::Studio> m_studio;
};

namespace {

/// Share of pixels that carry ink.
double inkShare(const QPixmap& pixmap)
{
    const QImage image = pixmap.toImage().convertToFormat(QImage::Format_ARGB32);
    int inked = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            inked += qAlpha(image.pixel(x, y)) > 64 ? 1 : 0;
    return image.isNull() ? 0.0 : static_cast<double>(inked) / (image.width() * image.height());
}

QColor strongestInk(const QPixmap& pixmap)
{
    const QImage image = pixmap.toImage().convertToFormat(QImage::Format_ARGB32);
    QColor best = Qt::transparent;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixelColor(x, y).alpha() > best.alpha())
                best = image.pixelColor(x, y);
    return best;
}

} // namespace

void TestTheme::contrastOfBlackAndWhiteIs21()
{
    QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
    QCOMPARE(contrastRatio(Qt::white, Qt::black), 21.0);
    // WCAG's own example: #777777 on white is just below 4.5.
    QVERIFY(std::abs(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
}

void TestTheme::textContrast_data()
{
    QTest::addColumn<QString>("theme");
    QTest::addColumn<QString>("ink");
    QTest::addColumn<QString>("ground");
    for (const char* theme : {"dark", "light"}) {
        for (const char* ink : {"text", "secondary", "link", "error"})
            for (const char* ground : {"window", "base", "alternateBase"})
                QTest::addRow("%s %s on %s", theme, ink, ground) << theme << ink << ground;
        for (const char* ground : {"button", "hover", "selection"})
            QTest::addRow("%s text on %s", theme, ground) << theme << "text" << ground;
        QTest::addRow("%s highlighted", theme) << theme << "highlightedText"
                                               << "highlight";
    }
}

void TestTheme::textContrast()
{
    QFETCH(QString, theme);
    QFETCH(QString, ink);
    QFETCH(QString, ground);
    const PaletteFile file = PaletteFile::load(theme);
    QVERIFY(file.color(ink).isValid());
    QVERIFY(file.color(ground).isValid());
    const double ratio = contrastRatio(file.color(ink), file.color(ground));
    QVERIFY2(ratio >= 4.5, qPrintable(QString::number(ratio)));
}

void TestTheme::actionIconsRenderInBothThemes()
{
    int withIcon = 0;
    for (const ThemeChoice theme : {ThemeChoice::Dark, ThemeChoice::Light}) {
        applyTheme(*qApp, theme);
        for (const QString& id : m_studio->actions->ids()) {
            const QIcon icon = m_studio->actions->action(id)->icon();
            if (icon.isNull())
                continue;
            ++withIcon;
            const double share = inkShare(icon.pixmap(20, 20));
            QVERIFY2(share > 0.04 && share < 0.8, qPrintable(id));
        }
    }
    QVERIFY(withIcon > 80);
}

void TestTheme::everyIconFileRenders()
{
    int files = 0;
    for (QDirIterator it(":/fedefm/icons"); it.hasNext();) {
        const QString name = QFileInfo(it.next()).completeBaseName();
        ++files;
        QVERIFY2(inkShare(themedIcon(name).pixmap(20, 20)) > 0.03, qPrintable(name));
    }
    QVERIFY(files >= 45);
}

void TestTheme::iconsNamedInSourcesExist()
{
    const QRegularExpression use(
        QStringLiteral(R"rx((?:themedIcon|iconButton)\(\s*(?:QStringLiteral\()?"([a-z0-9-]+)")rx"));
    const QRegularExpression defined(
        QStringLiteral(R"rx(\{"\w+\.\w+", "\w+", "[^"]*", "[^"]*", "([a-z0-9-]+)")rx"));
    int uses = 0;
    for (QDirIterator it(FEDEFM_SOURCE_DIR "/ui", {"*.cpp", "*.h"}, QDir::Files,
                         QDirIterator::Subdirectories);
         it.hasNext();) {
        QFile file(it.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString source = QString::fromUtf8(file.readAll());
        for (const QRegularExpression& pattern : {use, defined}) {
            for (auto match = pattern.globalMatch(source); match.hasNext();) {
                const QString name = match.next().captured(1);
                ++uses;
                QVERIFY2(!themedIcon(name).isNull(), qPrintable(name + " in " + file.fileName()));
            }
        }
    }
    QVERIFY(uses > 60);
}

void TestTheme::iconFollowsTheTheme()
{
    applyTheme(*qApp, ThemeChoice::Dark);
    const QIcon icon = themedIcon("pause");
    QCOMPARE(strongestInk(icon.pixmap(20, 20)).rgb(), PaletteFile::load("dark").color("text").rgb());
    applyTheme(*qApp, ThemeChoice::Light);
    QCOMPARE(strongestInk(icon.pixmap(20, 20)).rgb(), PaletteFile::load("light").color("text").rgb());
    QCOMPARE(strongestInk(icon.pixmap(QSize(20, 20), QIcon::Disabled)).rgb(),
             PaletteFile::load("light").color("disabled").rgb());
}

void TestTheme::iconIsCrispAtEveryRatio()
{
    const QIcon icon = themedIcon("open");
    QCOMPARE(icon.pixmap(QSize(20, 20), 2.0).size(), QSize(40, 40));
    QCOMPARE(icon.pixmap(QSize(20, 20), 1.5).size(), QSize(30, 30));
}

void TestTheme::unknownIconIsNull()
{
    QVERIFY(themedIcon("no-such-icon").isNull());
}

void TestTheme::fontSizeFollowsPercent()
{
    applyTheme(*qApp, ThemeChoice::Dark, 100);
    QCOMPARE(QApplication::font().pixelSize(), 13);
    applyTheme(*qApp, ThemeChoice::Dark, 200);
    QCOMPARE(QApplication::font().pixelSize(), 26);
    applyTheme(*qApp, ThemeChoice::Dark, 100);
}

void TestTheme::styleSheetHasNoOpenRole()
{
    const QString sheet = qApp->styleSheet();
    QVERIFY(sheet.contains("QToolButton"));
    QVERIFY(!sheet.contains('@'));
    // A role that no palette file knows would have become black.
    QFile source(":/fedefm/palettes/studio.qss");
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QRegularExpression role("@([A-Za-z]+)");
    const QString text = QString::fromUtf8(source.readAll());
    for (auto it = role.globalMatch(text); it.hasNext();) {
        const QString name = it.next().captured(1);
        for (const char* theme : {"dark", "light"})
            QVERIFY2(PaletteFile::load(theme).color(name).isValid(), qPrintable(name));
    }
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
