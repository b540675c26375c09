// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/model_files.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;

namespace fs = std::filesystem;

class TestModelFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        for (const char* name :
             {"a/one.safetensors", "b/one.safetensors", "b/two.pt", "b/three.txt", "b/four.ts"}) {
            const fs::path file = folder() / name;
            fs::create_directories(file.parent_path());
            QFile made(QString::fromStdString(file.string()));
            QVERIFY(made.open(QIODevice::WriteOnly));
        }
    }

    void theFirstFolderWins()
    {
        qputenv("FEDEFM_MODEL_PATH",
                QByteArray::fromStdString((folder() / "a").string() + ":" + (folder() / "b").string()));
        qputenv("XDG_DATA_HOME", QByteArray::fromStdString(folder().string()));
        const auto folders = modelFolders(folder() / "own");
        QCOMPARE(folders.size(), std::size_t(5));
        QCOMPARE(folders[2], folder() / "fedefm" / "models");
        QCOMPARE(folders.back(), folder() / "own");
        QCOMPARE(modelFileNamed("one", folders), folder() / "a" / "one.safetensors");
        QCOMPARE(modelFileNamed("two", folders), folder() / "b" / "two.pt");
        QCOMPARE(modelFileNamed("four", folders), folder() / "b" / "four.ts");
    }

    void whatIsNoModelHasNoFile()
    {
        const std::vector<fs::path> folders{folder() / "b"};
        for (const char* name : {"", "three", "none", "../a/one", "/etc/passwd"})
            QVERIFY2(modelFileNamed(name, folders).empty(), name);
    }

private:
    fs::path folder() const { return m_folder.path().toStdString(); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestModelFiles)
#include "tst_model_files.moc"
