// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "dicom_bytes.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace fedefm;
using namespace fedefm::test;

class TestDicomReaderErrors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusedSyntaxes_data();
    void refusedSyntaxes();
    void errorsNameTheirCause_data();
    void errorsNameTheirCause();
    void manyFramesOpenAsFastAsFew();

private:
    ScratchFiles m_files;
};

void TestDicomReaderErrors::refusedSyntaxes_data()
{
    QTest::addColumn<QString>("uid");
    QTest::addColumn<QString>("name");
    QTest::newRow("HTJ2K lossless") << "1.2.840.10008.1.2.4.201"
                                    << "High-Throughput JPEG 2000";
    QTest::newRow("HTJ2K") << "1.2.840.10008.1.2.4.203"
                           << "High-Throughput JPEG 2000";
    QTest::newRow("MPEG2") << "1.2.840.10008.1.2.4.100"
                           << "MPEG2";
    QTest::newRow("H.264") << "1.2.840.10008.1.2.4.102"
                           << "MPEG-4";
    QTest::newRow("unknown") << "1.2.3.4.5.6"
                             << "1.2.3.4.5.6";
}

void TestDicomReaderErrors::refusedSyntaxes()
{
    QFETCH(QString, uid);
    QFETCH(QString, name);
    DicomBytes data = DicomBytes().image(2, 2, 8, 8);
    data.fragments({{}, QByteArray(64, '\1')});
    const auto sequence = openDicom(m_files.write(data.file(uid.toStdString())));
    QVERIFY(!sequence);
    QCOMPARE(sequence.error().code, ErrorCode::UnsupportedSyntax);
    const QString detail = QString::fromStdString(sequence.error().detail);
    QVERIFY2(detail.contains(name) && detail.contains(uid), qPrintable(detail));
}

void TestDicomReaderErrors::errorsNameTheirCause_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("detail");
    const auto add = [](const char* name, const DicomBytes& data, const char* error, const char* detail) {
        QTest::newRow(name) << data.file(kExplicitLittle) << QString(error) << QString(detail);
    };
    DicomBytes noRows;
    noRows.us(0x00280011, {4}).us(0x00280100, {8}).raw(0x7FE00010, "OB", QByteArray(16, '\0'));
    add("no rows", noRows, "DicomMalformed", "Rows (0028,0010)");
    DicomBytes zeroColumns;
    zeroColumns.image(4, 0, 8, 8).raw(0x7FE00010, "OB", QByteArray(16, '\0'));
    add("no columns", zeroColumns, "DicomMalformed", "Columns (0028,0011)");
    DicomBytes huge;
    huge.image(65535, 65535, 16, 16).raw(0x7FE00010, "OW", QByteArray(16, '\0'));
    add("huge", huge, "TooLarge", "65535");
    DicomBytes deep;
    deep.image(4, 4, 8, 8).raw(0x7FE00010, "OB", QByteArray(15, '\0'), 16);
    add("cut pixels", deep, "SizeMismatch", "(7FE0,0010)");
    DicomBytes frames;
    frames.text(0x00280008, "IS", "1000").image(4, 4, 8, 8).raw(0x7FE00010, "OB", QByteArray(160, '\0'));
    add("too few frames", frames, "SizeMismatch", "1000 frames");
    DicomBytes wide;
    wide.image(2, 2, 32, 32).raw(0x7FE00010, "OW", QByteArray(16, '\0'));
    add("32 bits", wide, "UnsupportedPixels", "(0028,0100)");
    DicomBytes overlong;
    overlong.raw(0x00100010, "PN", "A ", 400).image(2, 2, 8, 8);
    add("length beyond the file", overlong, "DicomMalformed", "(0010,0010)");
    DicomBytes nested;
    for (int i = 0; i < 40; ++i) {
        DicomBytes outer;
        outer.sequence(0x00089215, {nested}, i % 2 == 0);
        nested = outer;
    }
    add("nested", nested, "DicomTooDeep", "(0008,9215)");
    DicomBytes none;
    none.text(0x00080060, "CS", "SR");
    add("no pixels", none, "DicomNoPixels", "(7FE0,0010)");
    QTest::newRow("empty") << QByteArray() << "NotDicom"
                           << "";
    QTest::newRow("text") << QByteArray("hello, this is no medical image at all, it is text") << "NotDicom"
                          << "";
}

void TestDicomReaderErrors::errorsNameTheirCause()
{
    QFETCH(QByteArray, file);
    QFETCH(QString, error);
    QFETCH(QString, detail);
    const auto sequence = openDicom(m_files.write(file));
    QVERIFY(!sequence);
    QCOMPARE(QString(errorName(sequence.error().code)), error);
    QVERIFY2(QString::fromStdString(sequence.error().detail).contains(detail),
             sequence.error().detail.c_str());
}

void TestDicomReaderErrors::manyFramesOpenAsFastAsFew()
{
    std::vector<QByteArray> fragments(1001, QByteArray(20000, '\1'));
    fragments[0].clear();
    DicomBytes many = DicomBytes().text(0x00280008, "IS", "1000").image(128, 128, 8, 8);
    many.fragments(fragments);
    const auto file = m_files.write(many.file("1.2.840.10008.1.2.4.70"));
    QElapsedTimer timer;
    timer.start();
    const auto sequence = openDicom(file);
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    QVERIFY2(timer.elapsed() < 150, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE((*sequence)->read(999).error().code, ErrorCode::CodecFailed);
}

QTEST_GUILESS_MAIN(TestDicomReaderErrors)
#include "tst_dicom_reader_errors.moc"
