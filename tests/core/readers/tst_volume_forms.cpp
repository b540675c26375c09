// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_files.h"
#include "gif_writer.h"

#include "core/train/data/augmentation.h"

#include <QtTest>
#include <cstring>
#include <zlib.h>

using namespace fedefm;
using fedefm::test::DataFolder;
using fedefm::test::faultsOf;
using fedefm::test::gifBytes;
using nlohmann::json;

namespace {

std::string shorts(int count, const std::function<int(int)>& value)
{
    std::string bytes;
    for (int i = 0; i < count; ++i) {
        const auto word = static_cast<std::uint16_t>(static_cast<std::int16_t>(value(i)));
        bytes += static_cast<char>(word & 0xFF);
        bytes += static_cast<char>(word >> 8);
    }
    return bytes;
}

std::string metaHeader(const std::string& size, const std::string& data, const std::string& more = {})
{
    return "ObjectType = Image\nNDims = 3\nDimSize = " + size + "\nElementType = MET_SHORT\n" + more +
           "ElementDataFile = " + data + "\n";
}

/// A NIfTI-1 header of 352 bytes and 16-bit voxels.
std::string nifti(int width, int height, int depth, const std::function<int(int)>& value, float slope = 0.0F)
{
    std::string head(352, '\0');
    const auto put16 = [&head](std::size_t at, int number) {
        head[at] = static_cast<char>(number & 0xFF);
        head[at + 1] = static_cast<char>(number >> 8);
    };
    const auto putFloat = [&head](std::size_t at, float number) { std::memcpy(&head[at], &number, 4); };
    put16(0, 348);
    put16(40, 3);
    put16(42, width);
    put16(44, height);
    put16(46, depth);
    put16(70, 4);
    put16(72, 16);
    putFloat(108, 352.0F);
    putFloat(112, slope);
    head.replace(344, 3, "n+1");
    return head + shorts(width * height * depth, value);
}

std::string gzip(const std::string& bytes)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, bytes.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

} // namespace

class TestVolumeForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void metaImageSlices()
    {
        const DataFolder folder;
        folder.text("scan1.mhd", metaHeader("4 3 5", "scan1.raw"));
        folder.text("scan1.raw", shorts(60, [](int i) { return i * 50 - 1024; }));
        folder.text("short.mhd", metaHeader("4 3 9", "scan1.raw"));
        folder.text("missing.mhd", metaHeader("4 3 9", "nowhere.raw"));
        folder.text("huge.mhd", metaHeader("60000 60000 60000", "scan1.raw"));
        folder.text("escape.mhd", metaHeader("4 3 5", "../../etc/passwd"));
        folder.text("text.mhd", "no header");
        const auto set = folder.open({{"form", "vessel12"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(5));
        QCOMPARE((*set)->classCount(), 0);
        QCOMPARE((*set)->faults().size(), std::size_t(5));
        const auto sample = (*set)->sample(2);
        QVERIFY(sample);
        QCOMPARE(sample->width, 4);
        QCOMPARE(sample->height, 3);
        QVERIFY(std::abs(sample->image[5] - 50.0F * 29.0F / 4095.0F) < 1e-6F);
        QCOMPARE((*set)->blockOf(0), (*set)->blockOf(4));
        QCOMPARE((*set)->sampleInfo(4).group, std::string("scan1"));
    }

    void metaImageByteOrderAndCompression()
    {
        const DataFolder folder;
        std::string big = shorts(12, [](int i) { return i * 100; });
        for (std::size_t i = 0; i + 1 < big.size(); i += 2)
            std::swap(big[i], big[i + 1]);
        folder.text("big.mhd", metaHeader("4 3 1", "big.raw", "BinaryDataByteOrderMSB = True\n"));
        folder.text("big.raw", big);
        std::string packed = gzip(shorts(12, [](int i) { return i * 100; }));
        folder.text("packed.mhd", metaHeader("4 3 1", "packed.zraw", "CompressedData = True\n"));
        folder.text("packed.zraw", packed);
        folder.text("torn.mhd", metaHeader("4 3 1", "torn.zraw", "CompressedData = True\n"));
        folder.text("torn.zraw", packed.substr(0, packed.size() / 2));
        folder.text("local.mha", metaHeader("4 3 1", "LOCAL") + shorts(12, [](int i) { return i * 100; }));
        const auto set = folder.open({{"form", "vessel12"}, {"window_hu", {0, 1000}}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(4));
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE((*set)->sample(i)->image[7], 0.7F);
        QVERIFY(!(*set)->sample(3));
        QCOMPARE((*set)->faults().size(), std::size_t(1));
    }

    void decathlon()
    {
        const DataFolder folder;
        folder.text("dataset.json", R"({"labels": {"0": "background", "1": "Vessel", "2": "Tumour"}})");
        folder.text("imagesTr/h_1.nii.gz", gzip(nifti(
                                               6, 5, 3, [](int i) { return i; }, 2.0F)));
        folder.text("labelsTr/h_1.nii.gz", gzip(nifti(6, 5, 3, [](int i) { return i == 37 ? 2 : 0; })));
        folder.text("imagesTr/._h_1.nii.gz", "resource fork");
        folder.text("imagesTr/h_2.nii", nifti(6, 5, 2, [](int i) { return -i; }));
        folder.text("labelsTr/h_2.nii", nifti(6, 5, 2, [](int) { return 7; }));
        folder.text("imagesTr/h_3.nii.gz", gzip(nifti(6, 5, 3, [](int) { return 0; })));
        folder.text("imagesTr/h_4.nii", nifti(6, 5, 2, [](int) { return 0; }));
        folder.text("labelsTr/h_4.nii", nifti(5, 6, 2, [](int) { return 0; }));
        folder.text("imagesTr/h_5.nii.gz", "rubbish");
        folder.text("labelsTr/h_5.nii.gz", "rubbish");
        const auto set = folder.open({{"form", "decathlon"}, {"window_hu", {0, 200}}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(5));
        QCOMPARE((*set)->classNames()[2], std::string("Tumour"));
        const auto sample = (*set)->sample(1);
        QVERIFY(sample);
        QCOMPARE(sample->width, 6);
        QCOMPARE(sample->image[7], 0.37F);
        QCOMPARE(int(sample->labels[7]), 2);
        QCOMPARE((*set)->faults().size(), std::size_t(3));
        QVERIFY(!(*set)->sample(3)); // a value without a name
        QCOMPARE((*set)->sampleInfo(0).group, std::string("h_1"));
    }

    void everyNthSlice()
    {
        const DataFolder folder;
        folder.text("scan.mhd", metaHeader("4 3 5", "scan.raw"));
        folder.text("scan.raw", shorts(60, [](int i) { return i; }));
        const auto set = folder.open({{"form", "vessel12"}, {"every", 2}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->sampleInfo(0).id, std::string("scan#2"));
    }

    void drive()
    {
        const DataFolder folder;
        folder.png("training/images/21_training.png", 40, 30, [](int x, int y) { return x + y; });
        folder.text("training/1st_manual/21_manual1.gif",
                    gifBytes(40, 30, [](int x, int y) { return x == 20 || y == 7 ? 1 : 0; }));
        folder.text("training/mask/21_training_mask.gif",
                    gifBytes(40, 30, [](int x, int) { return x < 35 ? 1 : 0; }));
        folder.png("test/images/01_test.png", 40, 30, [](int x, int y) { return x + y; });
        const auto set = folder.open({{"form", "drive"}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        QCOMPARE((*set)->size(), std::size_t(1));
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        QCOMPARE(int(sample->labels[7 * 40 + 3]), 1);
        QCOMPARE(int(sample->labels[8 * 40 + 3]), 0);
        QCOMPARE(int(sample->labels[8 * 40 + 36]), int(kIgnoreLabel));
        QVERIFY(faultsOf(**set).find("01_test.png") != std::string::npos);
    }

    void limitOfDrive()
    {
        const DataFolder folder;
        for (const char* number : {"21", "22", "23"}) {
            folder.png(std::string("training/images/") + number + "_training.png", 16, 16,
                       [](int x, int) { return x; });
            folder.png(std::string("training/1st_manual/") + number + "_manual1.png", 16, 16,
                       [](int x, int) { return x == 3 ? 255 : 0; });
        }
        QCOMPARE((*folder.open({{"form", "drive"}, {"limit", 2}}))->size(), std::size_t(2));
        QCOMPARE((*folder.open({{"form", "drive"}}))->size(), std::size_t(3));
    }

    /// Enough different pixels for codes of all lengths up to 12 bits.
    void gifOfAllCodeLengths()
    {
        const DataFolder folder;
        const auto value = [](int x, int y) { return (x * x * 7 + y * 13 + x * y) % 256; };
        folder.png("images/a.png", 200, 150, value);
        folder.text("masks/a.gif", gifBytes(200, 150, value));
        const auto set = folder.open({{"form", "masks"},
                                      {"image_folder", "images"},
                                      {"mask_folder", "masks"},
                                      {"classes", [] {
                                           json classes;
                                           for (int i = 0; i < 256; ++i)
                                               classes[std::to_string(i)] = i % 200;
                                           return classes;
                                       }()}});
        QVERIFY2(set, set ? "" : describe(set.error()).c_str());
        const auto sample = (*set)->sample(0);
        QVERIFY(sample);
        for (int y = 0; y < 150; ++y)
            for (int x = 0; x < 200; ++x)
                QCOMPARE(int(sample->labels[static_cast<std::size_t>(y * 200 + x)]), value(x, y) % 200);
    }

    void brokenGifs()
    {
        const DataFolder folder;
        const std::string whole = gifBytes(30, 20, [](int x, int y) { return (x ^ y) & 1; });
        folder.png("images/a.png", 30, 20, [](int, int) { return 1; });
        for (std::size_t length = 0; length < whole.size(); length += 7) {
            folder.text("masks/a.gif", whole.substr(0, length));
            const auto set =
                folder.open({{"form", "masks"}, {"image_folder", "images"}, {"mask_folder", "masks"}});
            if (set)
                QVERIFY((*set)->sample(0));
        }
        std::string wild = whole;
        for (std::size_t at = 13; at < wild.size(); at += 11) {
            wild[at] = static_cast<char>(wild[at] + 97);
            folder.text("masks/a.gif", wild);
            const auto set =
                folder.open({{"form", "masks"}, {"image_folder", "images"}, {"mask_folder", "masks"}});
            if (set)
                static_cast<void>((*set)->sample(0));
        }
    }

    void senNet()
    {
        const DataFolder folder;
        for (const char* kidney : {"kidney_1", "kidney_2"}) {
            folder.png(std::string("train/") + kidney + "/images/0001.png", 12, 12,
                       [](int x, int) { return x; });
            folder.png(std::string("train/") + kidney + "/labels/0001.png", 12, 12,
                       [](int x, int) { return x == 2 ? 255 : 0; });
        }
        const auto set = folder.open({{"form", "sennet"}});
        QVERIFY(set);
        QCOMPARE((*set)->size(), std::size_t(2));
        QCOMPARE((*set)->sampleInfo(1).group, std::string("kidney_2"));
        QCOMPARE(int((*set)->sample(0)->labels[2]), 1);
    }
};

QTEST_APPLESS_MAIN(TestVolumeForms)
#include "tst_volume_forms.moc"
