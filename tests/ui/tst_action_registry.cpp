// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/shortcut_editor.h"
#include "ui_test_support.h"

#include <QAction>
#include <QTest>

using namespace fedefm;

class TestActionRegistry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_studio = std::make_unique<test::Studio>(); }
    void cleanupTestCase() { m_studio.reset(); }
    void init() { m_studio->actions->resetShortcuts(); }
    void defaultsHaveNoConflict();
    void keysOfTheTableAreBound_data();
    void keysOfTheTableAreBound();
    void conflictIsReportedAndNotResolved();
    void bindingIsRemembered();
    void resetForgetsBindings();
    void searchNeedsAllWordsAndPrefersTheStart();
    void toolTipNamesTheKey();
    void unknownIdIsNull();
    void editorShowsConflicts();

private:
    std::unique_ptr<test::Studio> m_studio;
};

void TestActionRegistry::defaultsHaveNoConflict()
{
    for (const auto& [a, b] : m_studio->actions->conflicts())
        qWarning("%s and %s", qPrintable(a), qPrintable(b));
    QVERIFY(m_studio->actions->conflicts().empty());
    QVERIFY(m_studio->actions->ids().size() > 60);
}

void TestActionRegistry::keysOfTheTableAreBound_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("id");
    const std::pair<const char*, const char*> rows[]{{"Left", "cine.previous"},
                                                     {"Up", "cine.previous"},
                                                     {"Right", "cine.next"},
                                                     {"Down", "cine.next"},
                                                     {"Shift+Right", "cine.forward10"},
                                                     {"Home", "cine.first"},
                                                     {"End", "cine.last"},
                                                     {"PgUp", "series.previous"},
                                                     {"PgDown", "series.next"},
                                                     {"C", "cine.play"},
                                                     {"0", "window.preset0"},
                                                     {"9", "window.preset9"},
                                                     {"W", "tool.window"},
                                                     {"Z", "tool.zoom"},
                                                     {"T", "tool.pan"},
                                                     {"M", "tool.ruler"},
                                                     {"I", "view.invert"},
                                                     {"R", "view.rotateRight"},
                                                     {"L", "view.rotateLeft"},
                                                     {"H", "view.flipHorizontal"},
                                                     {"V", "view.flipVertical"},
                                                     {"F", "view.fit"},
                                                     {"S", "overlay.visible"},
                                                     {",", "overlay.fainter"},
                                                     {".", "overlay.stronger"},
                                                     {"F1", "help.keys"},
                                                     {"F11", "window.fullScreen"},
                                                     {"Ctrl+/", "help.search"},
                                                     {"Ctrl+Alt+P", "window.privacy"},
                                                     {"Alt+Left", "subtract.left"},
                                                     {"Alt+Shift+Down", "subtract.fineDown"},
                                                     {"Ctrl+O", "file.open"},
                                                     {"Ctrl+E", "file.export"},
                                                     {"Ctrl+Z", "edit.undo"},
                                                     {"Ctrl+Shift+Z", "edit.redo"}};
    for (const auto& [key, id] : rows)
        QTest::newRow(key) << key << id;
}

void TestActionRegistry::keysOfTheTableAreBound()
{
    QFETCH(QString, key);
    QFETCH(QString, id);
    const QAction* action = m_studio->actions->action(id);
    QVERIFY(action);
    QVERIFY(action->shortcuts().contains(QKeySequence(key)));
}

void TestActionRegistry::conflictIsReportedAndNotResolved()
{
    m_studio->actions->setShortcuts("view.fit", {QKeySequence("C")});
    const auto conflicts = m_studio->actions->conflicts();
    QCOMPARE(conflicts.size(), std::size_t(1));
    QCOMPARE(conflicts.front().first, QString("cine.play"));
    QCOMPARE(conflicts.front().second, QString("view.fit"));
    QCOMPARE(m_studio->actions->action("cine.play")->shortcut(), QKeySequence("C"));
}

void TestActionRegistry::bindingIsRemembered()
{
    m_studio->actions->setShortcuts("view.fit", {QKeySequence("Ctrl+Shift+F")});
    ActionRegistry later;
    defineActions(later);
    QCOMPARE(later.action("view.fit")->shortcut(), QKeySequence("Ctrl+Shift+F"));
    QCOMPARE(later.defaultShortcuts("view.fit"), QList<QKeySequence>{QKeySequence("F")});
}

void TestActionRegistry::resetForgetsBindings()
{
    m_studio->actions->setShortcuts("cine.play", {});
    m_studio->actions->resetShortcuts();
    ActionRegistry later;
    defineActions(later);
    QCOMPARE(later.action("cine.play")->shortcut(), QKeySequence("C"));
}

void TestActionRegistry::searchNeedsAllWordsAndPrefersTheStart()
{
    const QList<QAction*> hits = m_studio->actions->search("rotate l");
    QVERIFY(!hits.isEmpty());
    QCOMPARE(hits.first()->objectName(), QString("view.rotateLeft"));
    QVERIFY(m_studio->actions->search("rotate zzz").isEmpty());
    QCOMPARE(m_studio->actions->search("priv").first()->objectName(), QString("window.privacy"));
}

void TestActionRegistry::toolTipNamesTheKey()
{
    QVERIFY(m_studio->actions->action("view.invert")->toolTip().contains("(I)"));
}

void TestActionRegistry::unknownIdIsNull()
{
    QVERIFY(!m_studio->actions->action("no.such"));
    m_studio->actions->setShortcuts("no.such", {QKeySequence("Q")});
    QVERIFY(m_studio->actions->conflicts().empty());
}

void TestActionRegistry::editorShowsConflicts()
{
    ShortcutEditor editor(m_studio->actions.get());
    QVERIFY(editor.conflictText().isEmpty());
    editor.select("view.fit");
    editor.assign(QKeySequence("I"));
    QVERIFY(editor.conflictText().contains("Invert"));
    QVERIFY(editor.conflictText().contains("Fit"));
}

QTEST_MAIN(TestActionRegistry)
#include "tst_action_registry.moc"
