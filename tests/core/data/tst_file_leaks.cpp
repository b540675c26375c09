// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/same_file.h"
#include "core/train/data/split.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace fedefm;

namespace fs = std::filesystem;

namespace {

/// Pictures that lie in files; none is ever decoded.
class FiledDataset final : public Dataset
{
public:
    explicit FiledDataset(std::vector<PictureOrigin> origins) : m_origins(std::move(origins)) {}
    std::size_t size() const override { return m_origins.size(); }
    SampleInfo sampleInfo(std::size_t index) const override
    {
        const PictureOrigin& origin = m_origins[index];
        return {origin.file.filename().string() + "#" + std::to_string(origin.frame), "", "", -1};
    }
    Result<Sample> sample(std::size_t) const override { return fail(ErrorCode::Internal, "not to be read"); }
    int classCount() const override { return 0; }
    std::vector<std::string> classNames() const override { return {}; }
    PictureOrigin originOf(std::size_t index) const override { return m_origins[index]; }

private:
    std::vector<PictureOrigin> m_origins;
};

DatasetPtr filed(std::vector<PictureOrigin> origins)
{
    return std::make_shared<const FiledDataset>(std::move(origins));
}

} // namespace

class TestFileLeaks : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    /// 100,000 bytes that differ from those of another seed at `changedAt` only.
    fs::path file(const char* name, int changedAt = -1) const
    {
        std::string bytes(100000, '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>(i * 31 % 251);
        if (changedAt >= 0)
            bytes[static_cast<std::size_t>(changedAt)] ^= 1;
        const fs::path path = fs::path(m_folder.path().toStdString()) / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }

private Q_SLOTS:
    void sketchAndBytes()
    {
        const fs::path one = file("a"), same = file("b"), middle = file("c", 50000), edge = file("d", 3);
        QVERIFY(sketchOf(one) && *sketchOf(one) == *sketchOf(same));
        QVERIFY(!(*sketchOf(one) == *sketchOf(middle)));
        QVERIFY(*sketchOf(one) == *sketchOf(edge)); // which the bytes then tell apart
        QVERIFY(haveSameBytes(one, same));
        QVERIFY(!haveSameBytes(one, middle));
        QVERIFY(!haveSameBytes(one, edge));
        QVERIFY(!sketchOf("nowhere") && !haveSameBytes(one, "nowhere"));
        std::ofstream(fs::path(m_folder.path().toStdString()) / "empty");
        QVERIFY(sketchOf(fs::path(m_folder.path().toStdString()) / "empty"));
    }

    void equalFilesInTwoParts()
    {
        const fs::path one = file("a"), same = file("b"), other = file("c", 50000), edge = file("d", 3);
        const FileLeaks leaks = findFileLeaks(
            {filed({{one, 0}, {other, 0}}), filed({{edge, 0}}), filed({{same, 0}, {"nowhere", 0}, {"", 0}})});
        QCOMPARE(leaks.leaks.size(), std::size_t(1));
        QCOMPARE(leaks.leaks.front().first, std::string("a#0"));
        QCOMPARE(leaks.leaks.front().second, std::string("b#0"));
        QCOMPARE(leaks.unread, std::size_t(1));
        QVERIFY(findFileLeaks({filed({{one, 0}, {same, 0}}), filed({{other, 0}})}).leaks.empty());
    }

    void framesCount()
    {
        const fs::path one = file("a"), same = file("b");
        QVERIFY(findFileLeaks({filed({{one, 0}, {one, 1}}), filed({{one, 2}, {same, 3}})}).leaks.empty());
        QCOMPARE(findFileLeaks({filed({{one, 0}, {one, 1}}), filed({{one, 1}})}).leaks.size(),
                 std::size_t(1));
        QCOMPARE(findFileLeaks({filed({{one, 0}, {one, 1}}), filed({{same, 1}})}).leaks.size(),
                 std::size_t(1));
    }

    void setsPassTheOriginOn()
    {
        const fs::path one = file("a"), other = file("c", 50000);
        const DatasetPtr set = filed({{one, 4}, {other, 5}});
        QCOMPARE(subset(set, {1})->originOf(0).frame, 5);
        QVERIFY(cached(set, 1000)->originOf(1).file == other);
        QCOMPARE((*concatenate({set, subset(set, {1})}))->originOf(2).frame, 5);
    }
};

QTEST_APPLESS_MAIN(TestFileLeaks)
#include "tst_file_leaks.moc"
