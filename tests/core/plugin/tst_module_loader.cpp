// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plugin/module_loader.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

namespace fs = std::filesystem;
using namespace fedefm;

namespace {

const ModuleEntry* entryOf(const ModuleLoader& loader, const std::string& fileName)
{
    for (const ModuleEntry& entry : loader.entries())
        if (fs::path(entry.path).filename() == fileName)
            return &entry;
    return nullptr;
}

} // namespace

class TestModuleLoader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_loader.loadFolder(FEDEFM_FIXTURE_MODULES); }

    void loadsAGoodModule()
    {
        const ModuleEntry* entry = entryOf(m_loader, "good.so");
        QVERIFY(entry);
        QVERIFY(entry->loaded);
        QCOMPARE(entry->name, std::string("good"));
        QCOMPARE(entry->version, std::string("1.2"));
        QCOMPARE(m_loader.contents().imageSources.size(), std::size_t(1));
        const auto& source = *m_loader.contents().imageSources.front();
        QVERIFY(source.canOpen("a.null"));
        const auto opened = source.open("a.null");
        QVERIFY(!opened);
        QVERIFY(opened.error().code == ErrorCode::VideoUnreadable);
    }

    void refusesWithAReason_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("reason");
        QTest::newRow("abi") << "wrong_abi.so" << int(ErrorCode::ModuleAbi) << "ABI";
        QTest::newRow("build") << "wrong_build.so" << int(ErrorCode::ModuleAbi) << "other-compiler";
        QTest::newRow("throws") << "throwing.so" << int(ErrorCode::ModuleBroken)
                                << "no licence for this test";
        QTest::newRow("symbol") << "no_symbol.so" << int(ErrorCode::ModuleBroken) << "fedefm_module";
        QTest::newRow("null") << "empty_object.so" << int(ErrorCode::ModuleBroken) << "empty object";
    }

    void refusesWithAReason()
    {
        QFETCH(QString, file);
        QFETCH(int, code);
        QFETCH(QString, reason);
        const ModuleEntry* entry = entryOf(m_loader, file.toStdString());
        QVERIFY(entry);
        QVERIFY(!entry->loaded);
        QCOMPARE(entry->name, file.toStdString());
        QCOMPARE(int(entry->problem.code), code);
        QVERIFY2(QString::fromStdString(entry->problem.detail).contains(reason),
                 entry->problem.detail.c_str());
    }

    void aThrowingModuleLeavesNothing() { QVERIFY(m_loader.contents().segmenters.empty()); }

    void brokenFilesAreListedAndTheRestLoads()
    {
        QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        std::ofstream(path / "text.so") << "this is text";
        std::ofstream(path / "empty.so").flush();
        std::ofstream(path / "readme.txt") << "not a module at all";
        fs::create_directory(path / "folder.so");
        const fs::path good = fs::path(FEDEFM_FIXTURE_MODULES) / "good.so";
        fs::copy_file(good, path / "whole.so");
        fs::copy_file(good, path / "cut.so");
        fs::resize_file(path / "cut.so", 5000);
        fs::copy_file(good, path / "cut_late.so");
        fs::resize_file(path / "cut_late.so", fs::file_size(good) - 1);

        ModuleLoader loader;
        loader.loadFolder(path);
        QCOMPARE(loader.entries().size(), std::size_t(6));
        for (const char* name : {"text.so", "empty.so", "cut.so", "cut_late.so", "folder.so"}) {
            const ModuleEntry* entry = entryOf(loader, name);
            QVERIFY2(entry, name);
            QVERIFY2(!entry->loaded, name);
            QVERIFY2(!entry->problem.detail.empty(), name);
        }
        QVERIFY(entryOf(loader, "whole.so")->loaded);
    }

    void aMissingFolderIsSkipped()
    {
        ModuleLoader loader;
        loader.loadFolder("/nonexistent/modules");
        QVERIFY(loader.entries().empty());
    }

    void loadingTwiceChangesNothing()
    {
        ModuleLoader loader;
        loader.loadFolder(FEDEFM_FIXTURE_MODULES);
        const std::size_t count = loader.entries().size();
        loader.loadFolder(FEDEFM_FIXTURE_MODULES);
        QCOMPARE(loader.entries().size(), count);
        QCOMPARE(loader.contents().imageSources.size(), std::size_t(1));
    }

    void theEnvironmentNamesTheFolders()
    {
        qputenv("FEDEFM_MODULE_PATH", "/a/b::/c/../d");
        const auto folders = ModuleLoader::defaultFolders();
        QCOMPARE(folders.size(), std::size_t(2));
        QCOMPARE(folders[0], fs::path("/a/b"));
        QCOMPARE(folders[1], fs::path("/d"));
        qunsetenv("FEDEFM_MODULE_PATH");
        const auto defaults = ModuleLoader::defaultFolders();
        QVERIFY(!defaults.empty());
        QCOMPARE(defaults[0], fs::path(FEDEFM_BINARY_DIR) / "lib/fedefm/modules");
    }

private:
    ModuleLoader m_loader;
};

QTEST_APPLESS_MAIN(TestModuleLoader)
#include "tst_module_loader.moc"
