// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/dicom/dicom_writer.h"
#include "core/formats/open_sequence.h"
#include "core/image/picture_sequence.h"
#include "core/simulate/demo_cine.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace fedefm;

namespace {

/// Claims every file that starts with "MOVIE".
class FakeSource final : public ImageSourceFactory
{
public:
    std::string name() const override { return "fake"; }
    std::vector<std::string> extensions() const override { return {".avi"}; }
    bool canOpen(const fs::path& path) const override
    {
        const auto bytes = readFile(path, 1000);
        return path.string().rfind("v4l2:", 0) == 0 || (bytes && bytes->rfind("MOVIE", 0) == 0);
    }
    Result<SequencePtr> open(const fs::path&) const override
    {
        return std::make_shared<DemoCine>(DemoCineSettings{64, 2, 10.0, 1, 8});
    }
};

} // namespace

class TestOpenSequence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void opensDicomWhateverItsName()
    {
        const DemoCine cine({64, 3, 10.0, 1, 10});
        QVERIFY(writeXa(path("cine.png"), cine, {}, false));
        const auto opened = openSequence(path("cine.png"), {});
        QVERIFY(opened);
        QCOMPARE((*opened)->info().kind, std::string("DICOM"));
        QCOMPARE((*opened)->info().frameCount, 3);
    }

    void opensPicturesAndFolders()
    {
        const std::vector<std::uint8_t> grey(12, 9);
        QVERIFY(writePng(path("b.png"), grey.data(), 4, 3, 1, false));
        QVERIFY(writePng(path("a.png"), grey.data(), 4, 3, 1, false));
        QCOMPARE((*openSequence(path("a.png"), {}))->info().frameCount, 1);
        const auto folder = openSequence(path(""), {});
        QVERIFY(folder);
        QCOMPARE((*folder)->info().frameCount, 2);
    }

    void aFolderOfDicomIsToBeScanned()
    {
        QVERIFY(writeXa(path("cine.dcm"), DemoCine({64, 1, 10.0, 1, 8}), {}, false));
        const auto opened = openSequence(path(""), {});
        QVERIFY(!opened);
        QVERIFY(opened.error().code == ErrorCode::InvalidArgument);
        QVERIFY(opened.error().detail.find("scan") != std::string::npos);
    }

    void asksTheModules()
    {
        QVERIFY(writeFile(path("film.avi"), "MOVIE and more", Overwrite::No));
        QVERIFY(openSequence(path("film.avi"), {}).error().code == ErrorCode::ModuleMissing);
        QVERIFY(openSequence("v4l2:/dev/video9", {}).error().code == ErrorCode::ModuleMissing);
        ModuleContents modules;
        modules.imageSources.push_back(std::make_shared<FakeSource>());
        QCOMPARE((*openSequence(path("film.avi"), modules))->info().frameCount, 2);
        QVERIFY(openSequence("v4l2:/dev/video9", modules));
        QVERIFY(writeFile(path("text.avi"), "not a film", Overwrite::No));
        QVERIFY(openSequence(path("text.avi"), modules).error().code == ErrorCode::VideoUnreadable);
    }

    void saysWhatIsWrong()
    {
        QVERIFY(openSequence(path("none.dcm"), {}).error().code == ErrorCode::FileNotFound);
        QVERIFY(openSequence(path(""), {}).error().code == ErrorCode::NotRecognised);
        QVERIFY(writeFile(path("notes.txt"), "hello", Overwrite::No));
        QVERIFY(openSequence(path("notes.txt"), {}).error().code == ErrorCode::NotRecognised);
        QVERIFY(writeFile(path("text.dcm"), "hello", Overwrite::No));
        QVERIFY(!openSequence(path("text.dcm"), {}));
        QVERIFY(writeFile(path("empty"), "", Overwrite::No));
        QVERIFY(!openSequence(path("empty"), {}));
    }

    void doesNotBlockOnPipes()
    {
        const fs::path pipe = path("pipe");
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QVERIFY(openSequence(pipe, {}).error().code == ErrorCode::FileUnreadable);
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_APPLESS_MAIN(TestOpenSequence)
#include "tst_open_sequence.moc"
