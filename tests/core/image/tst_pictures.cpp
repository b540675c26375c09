// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/image/picture_sequence.h"

#include "tests/test_data.h"

#include <QTemporaryDir>
#include <QtTest>

#include <numeric>

using namespace fedefm;
using fedefm::test::realData;
namespace fs = std::filesystem;

class TestPictures : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

    void write(const std::string& name, const std::string& bytes) const
    {
        const Status written = writeFile(path(name), bytes, Overwrite::Yes);
        QVERIFY(written.has_value());
    }

    void writeGrey(const std::string& name, int width, int height, int value) const
    {
        const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * height,
                                               static_cast<std::uint8_t>(value));
        QVERIFY(writePng(path(name), pixels.data(), width, height, 1, true).has_value());
    }

    static long long sumOf(const Frame& frame)
    {
        long long sum = 0;
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < frame.width(); ++x)
                for (int s = 0; s < frame.samples(); ++s)
                    sum += frame.valueAt(x, y, s);
        return sum;
    }

private Q_SLOTS:
    void init()
    {
        for (const auto& entry : fs::directory_iterator(path("")))
            fs::remove_all(entry.path());
    }

    void names()
    {
        for (const char* name : {"a.png", "b.TIF", "c.Tiff", "d.jpg", "e.JPEG", "f.bmp", "g.pgm"})
            QVERIFY2(isPictureName(name), name);
        for (const char* name : {"a.gif", "b.dcm", "png", ".png", "a.png.txt", "c.jp2"})
            QVERIFY2(!isPictureName(name), name);
    }

    void greyPngRoundTrip()
    {
        std::vector<std::uint8_t> pixels(7 * 5);
        std::iota(pixels.begin(), pixels.end(), std::uint8_t{3});
        QVERIFY(writePng(path("a.png"), pixels.data(), 7, 5, 1, false).has_value());
        const auto sequence = *openPicture(path("a.png"));
        QCOMPARE(sequence->info().kind, std::string("picture"));
        QCOMPARE(sequence->info().photometric, std::string("MONOCHROME2"));
        QCOMPARE(sequence->info().width, 7);
        QCOMPARE(sequence->info().height, 5);
        QCOMPARE(sequence->info().frameCount, 1);
        const auto frame = *sequence->read(0);
        QVERIFY(std::equal(pixels.begin(), pixels.end(), frame->bytes()));
        QCOMPARE(sequence->read(1).error().code, ErrorCode::OutOfRange);
        QCOMPARE(sequence->read(-1).error().code, ErrorCode::OutOfRange);
    }

    void colorPngRoundTrip()
    {
        std::vector<std::uint8_t> pixels(4 * 3 * 3);
        std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
        QVERIFY(writePng(path("c.png"), pixels.data(), 4, 3, 3, false).has_value());
        const auto sequence = *openPicture(path("c.png"));
        QCOMPARE(sequence->info().photometric, std::string("RGB"));
        QCOMPARE(sequence->info().colorModel, ColorModel::Rgb);
        const auto frame = *sequence->read(0);
        QCOMPARE(frame->samples(), 3);
        QVERIFY(std::equal(pixels.begin(), pixels.end(), frame->bytes()));
    }

    void widePngRoundTrip()
    {
        std::vector<std::uint16_t> pixels(6 * 4);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint16_t>(2731 * i);
        QVERIFY(writePng16(path("w.png"), pixels.data(), 6, 4, false).has_value());
        const auto sequence = *openPicture(path("w.png"));
        QCOMPARE(sequence->info().pixelType, PixelType::U16);
        QCOMPARE(sequence->info().bitsStored, 16);
        const auto frame = *sequence->read(0);
        QVERIFY(std::equal(pixels.begin(), pixels.end(), frame->data<std::uint16_t>()));
    }

    void writersRefuseAndProtect()
    {
        const std::uint8_t pixel = 5;
        QVERIFY(writePng(path("a.png"), &pixel, 1, 1, 1, false).has_value());
        QCOMPARE(writePng(path("a.png"), &pixel, 1, 1, 1, false).error().code, ErrorCode::FileExists);
        QVERIFY(writePng(path("a.png"), &pixel, 1, 1, 1, true).has_value());
        QCOMPARE(writePng(path("b.png"), &pixel, 1, 1, 2, true).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(writePng(path("b.png"), &pixel, 0, 1, 1, true).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(writePng(path("no/b.png"), &pixel, 1, 1, 1, true).error().code, ErrorCode::WriteFailed);
        QVERIFY(!fs::exists(path("b.png")));
    }

    void contentDecidesNotTheName()
    {
        writeGrey("a.png", 3, 2, 9);
        fs::rename(path("a.png"), path("a.jpg"));
        QCOMPARE((*(*openPicture(path("a.jpg")))->read(0))->valueAt(2, 1), 9);
        write("b.png", "GIF89a\x01\x00\x01\x00");
        QCOMPARE(openPicture(path("b.png")).error().code, ErrorCode::NotRecognised);
        write("empty.png", "");
        QCOMPARE(openPicture(path("empty.png")).error().code, ErrorCode::NotRecognised);
        QCOMPARE(openPicture(path("none.png")).error().code, ErrorCode::FileNotFound);
        QCOMPARE(openPicture(path("")).error().code, ErrorCode::FileUnreadable);
    }

    void greyMapsKeepTheirValues()
    {
        write("low.pgm", std::string("P5 # comment\n2 2\n100\n\x01\x32\x64\x63", 25));
        const auto low = *openPicture(path("low.pgm"));
        QCOMPARE(low->info().bitsStored, 8);
        QCOMPARE((*low->read(0))->valueAt(0, 1), 100); // not stretched to 255
        write("twelve.pgm", std::string("P5 2 1 4095\n\x0F\xFF\x01\x02", 16));
        const auto twelve = *openPicture(path("twelve.pgm"));
        QCOMPARE(twelve->info().bitsStored, 12);
        QCOMPARE((*twelve->read(0))->valueAt(0, 0), 4095);
        QCOMPARE((*twelve->read(0))->valueAt(1, 0), 258);
        write("plain.pgm", "P2\n3 1\n# three values\n500\n7 500 0\n");
        QCOMPARE((*(*openPicture(path("plain.pgm")))->read(0))->valueAt(1, 0), 500);
        write("color.ppm", "P3 1 1 255 1 2 3\n");
        QCOMPARE((*(*openPicture(path("color.ppm")))->read(0))->valueAt(0, 0, 2), 3);
        write("cut.pgm", "P5 10 10 255\nabc");
        QCOMPARE(openPicture(path("cut.pgm")).error().code, ErrorCode::SizeMismatch);
        write("huge.pgm", "P5 2000000000 2000000000 255\nabc");
        QVERIFY(!openPicture(path("huge.pgm")));
        write("zero.pgm", "P5 0 10 255\nabc");
        QCOMPARE(openPicture(path("zero.pgm")).error().code, ErrorCode::PictureUnreadable);
    }

    void folderInNaturalOrder()
    {
        writeGrey("frame_10.png", 4, 4, 10);
        writeGrey("frame_2.png", 4, 4, 2);
        writeGrey("frame_001.png", 4, 4, 1);
        writeGrey("frame_2_mask.png", 4, 4, 99);
        writeGrey("frame_2_LABEL.png", 4, 4, 99);
        write("notes.txt", "x");
        const auto sequence = *openPictureFolder(path(""));
        QCOMPARE(sequence->info().kind, std::string("pictures"));
        QCOMPARE(sequence->info().frameCount, 3);
        QCOMPARE(sequence->info().timing.frameTimesMs.size(), std::size_t{3});
        QVERIFY(sequence->info().warnings.empty());
        const int expected[] = {1, 2, 10};
        for (int i = 0; i < 3; ++i)
            QCOMPARE((*sequence->read(i))->valueAt(0, 0), expected[i]);
    }

    void greyAndColourOfOneFolderGoTogether()
    {
        writeGrey("a1.png", 2, 2, 7);
        const std::vector<std::uint8_t> colour{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        QVERIFY(writePng(path("a2.png"), colour.data(), 2, 2, 3, true).has_value());
        writeGrey("a3.png", 2, 2, 9);
        const auto sequence = *openPictureFolder(path(""));
        QCOMPARE(sequence->info().frameCount, 3);
        QCOMPARE(sequence->info().samples, 3);
        QCOMPARE(sequence->info().warnings.size(), std::size_t{1});
        const int expected[3][3] = {{7, 7, 7}, {4, 5, 6}, {9, 9, 9}};
        for (int i = 0; i < 3; ++i) {
            const FramePtr frame = *sequence->read(i);
            QCOMPARE(frame->samples(), 3);
            for (int s = 0; s < 3; ++s)
                QCOMPARE(frame->valueAt(1, 0, s), expected[i][s]);
        }
        QCOMPARE(pictureName(*sequence, 1), std::string("a2.png"));
        QCOMPARE(pictureName(*sequence, 3), std::string());
    }

    void othersOfAFolderBecomeWarnings()
    {
        writeGrey("a1.png", 4, 4, 1);
        writeGrey("a2.png", 5, 4, 2);
        write("a3.png", "broken");
        writeGrey("a4.png", 4, 4, 4);
        const auto sequence = *openPictureFolder(path(""));
        QCOMPARE(sequence->info().frameCount, 2);
        QCOMPARE(sequence->info().warnings.size(), std::size_t{2});
        QVERIFY(sequence->info().warnings[0].find("picture a2.png skipped, 5×4") == 0);
        QVERIFY(sequence->info().warnings[1].find("picture a3.png skipped, ") == 0);
        QCOMPARE((*sequence->read(1))->valueAt(0, 0), 4);
    }

    void emptyFolders()
    {
        QCOMPARE(openPictureFolder(path("")).error().code, ErrorCode::NotRecognised);
        QCOMPARE(openPictureFolder(path("none")).error().code, ErrorCode::FileNotFound);
    }

    void fileThatGoesAwayIsAnError()
    {
        writeGrey("a.png", 4, 4, 1);
        const auto sequence = *openPicture(path("a.png"));
        writeGrey("a.png", 5, 5, 1);
        QCOMPARE(sequence->read(0).error().code, ErrorCode::PictureUnreadable);
        fs::remove(path("a.png"));
        QCOMPARE(sequence->read(0).error().code, ErrorCode::FileNotFound);
    }

    void realSixteenBitTiff()
    {
        const auto file = realData("other/image_formats/16bit.cropped.tif");
        NEEDS_REAL_DATA(file);
        const auto frame = *(*openPicture(file))->read(0);
        QCOMPARE(frame->type(), PixelType::U16);
        QCOMPARE(frame->valueAt(0, 0), 480);
        QCOMPARE(frame->valueAt(1, 32), 398);
        QCOMPARE(frame->valueAt(63, 63), 357);
        QCOMPARE(sumOf(*frame), 1573327LL);
    }

    void realSixteenBitGreyMap()
    {
        const auto file = realData("other/image_formats/hopper_16bit.pgm");
        NEEDS_REAL_DATA(file);
        const auto frame = *(*openPicture(file))->read(0);
        QCOMPARE(frame->width(), 128);
        QCOMPARE(frame->valueAt(0, 0), 6425);
        QCOMPARE(frame->valueAt(64, 64), 25443);
        QCOMPARE(sumOf(*frame), 354554630LL);
    }

    void realColorTiffInTiles()
    {
        const auto file = realData("other/image_formats/tiff_16bit_RGB.tiff");
        NEEDS_REAL_DATA(file);
        const auto sequence = *openPicture(file);
        const auto frame = *sequence->read(0);
        QCOMPARE(frame->width(), 100);
        QCOMPARE(frame->height(), 40);
        QCOMPARE(frame->samples(), 3);
        QCOMPARE(frame->valueAt(50, 20, 0), 3754);
        QCOMPARE(frame->valueAt(50, 20, 2), 2762);
        QCOMPARE(frame->valueAt(99, 39, 1), 13311);
        QCOMPARE(sumOf(*frame), 95945893LL);
    }

    void realPages()
    {
        const auto file = realData("other/image_formats/multipage.tiff");
        NEEDS_REAL_DATA(file);
        const auto sequence = *openPicture(file);
        // Three pages; the last has another size, which one sequence cannot show.
        QCOMPARE(sequence->info().frameCount, 2);
        QCOMPARE(sequence->info().warnings.size(), std::size_t{1});
        const int expected[2][3] = {{0, 128, 0}, {255, 0, 0}}; // one-bit palettes: green, red
        for (int i = 0; i < 2; ++i) {
            const auto frame = *sequence->read(i);
            QCOMPARE(frame->width(), 10);
            for (int s = 0; s < 3; ++s)
                QCOMPARE(frame->valueAt(9, 9, s), expected[i][s]);
        }
    }

    void gifIsRefused()
    {
        const auto file = realData("other/image_formats/dispose_bgnd.gif");
        NEEDS_REAL_DATA(file);
        QCOMPARE(openPicture(file).error().code, ErrorCode::NotRecognised);
    }
};

QTEST_APPLESS_MAIN(TestPictures)
#include "tst_pictures.moc"
