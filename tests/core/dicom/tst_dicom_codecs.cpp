// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "dicom_bytes.h"
#include "test_data.h"

#include <QtTest>

using namespace fedefm;
using namespace fedefm::test;

namespace {

std::vector<int> valuesOf(const Frame& frame)
{
    std::vector<int> values;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            for (int s = 0; s < frame.samples(); ++s)
                values.push_back(frame.valueAt(x, y, s));
    return values;
}

QByteArray le16(std::initializer_list<int> values)
{
    QByteArray bytes;
    for (const int value : values)
        bytes.append(static_cast<char>(value & 0xFF)).append(static_cast<char>(value >> 8 & 0xFF));
    return bytes;
}

DicomBytes greyImage(int rows, int columns, int allocated, int stored, int isSigned, int frames = 1)
{
    DicomBytes data;
    data.text(0x00280008, "IS", std::to_string(frames));
    return data.image(rows, columns, allocated, stored, isSigned);
}

} // namespace

class TestDicomCodecs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void storedBitsAreMaskedAndSigned();
    void highBitAboveTheStoredBits();
    void signedBytes();
    void singleBitsRunAcrossFrames();
    void planesAreInterleaved();
    void subsampledColour();
    void oddFrameLengths();
    void bigEndianWordsAndBytes();
    void withoutPreambleOrMeta_data();
    void withoutPreambleOrMeta();
    void deflated();
    void encapsulatedUncompressed();
    void runLength();
    void offsetTablesAndFragments_data();
    void offsetTablesAndFragments();
    void trailingGarbageIsIgnored();

private:
    Result<SequencePtr> open(const DicomBytes& data, const char* syntax = kExplicitLittle)
    {
        return openDicom(m_files.write(data.file(syntax)));
    }
    std::vector<int> read(const DicomBytes& data, int frame = 0, const char* syntax = kExplicitLittle)
    {
        const auto sequence = open(data, syntax);
        if (!sequence) {
            qWarning("%s", describe(sequence.error()).c_str());
            return {};
        }
        const auto decoded = (*sequence)->read(frame);
        if (!decoded)
            qWarning("%s", describe(decoded.error()).c_str());
        return decoded ? valuesOf(**decoded) : std::vector<int>();
    }

    ScratchFiles m_files;
};

void TestDicomCodecs::storedBitsAreMaskedAndSigned()
{
    DicomBytes data = greyImage(1, 4, 16, 12, 0);
    data.raw(0x7FE00010, "OW", le16({0xF001, 0x0FFF, 0x1800, 0x07FF}));
    QCOMPARE(read(data), (std::vector<int>{1, 4095, 0x800, 0x7FF}));
    DicomBytes negative = greyImage(1, 4, 16, 12, 1);
    negative.raw(0x7FE00010, "OW", le16({0x0001, 0x0FFF, 0x0800, 0x07FF}));
    QCOMPARE(read(negative), (std::vector<int>{1, -1, -2048, 2047}));
}

void TestDicomCodecs::highBitAboveTheStoredBits()
{
    DicomBytes data;
    data.us(0x00280010, {1})
        .us(0x00280011, {2})
        .us(0x00280100, {16})
        .us(0x00280101, {12})
        .us(0x00280102, {15});
    data.us(0x00280103, {0}).raw(0x7FE00010, "OW", le16({0xABC5, 0x0010}));
    QCOMPARE(read(data), (std::vector<int>{0xABC, 1}));
}

void TestDicomCodecs::signedBytes()
{
    DicomBytes data = greyImage(1, 4, 8, 8, 1);
    data.raw(0x7FE00010, "OB", QByteArray("\x00\x7F\x80\xFF", 4));
    const auto sequence = open(data);
    QVERIFY(sequence.has_value());
    QVERIFY((*sequence)->info().pixelType == PixelType::I16);
    QCOMPARE(valuesOf(**(*sequence)->read(0)), (std::vector<int>{0, 127, -128, -1}));
}

void TestDicomCodecs::singleBitsRunAcrossFrames()
{
    DicomBytes data = greyImage(1, 3, 1, 1, 0, 3);
    data.raw(0x7FE00010, "OB", QByteArray("\x4D\x01", 2)); // 1,0,1 1,0,0 1,0,1
    QCOMPARE(read(data, 0), (std::vector<int>{1, 0, 1}));
    QCOMPARE(read(data, 1), (std::vector<int>{1, 0, 0}));
    QCOMPARE(read(data, 2), (std::vector<int>{1, 0, 1}));
}

void TestDicomCodecs::planesAreInterleaved()
{
    DicomBytes data;
    data.image(1, 2, 8, 8, 0, "RGB", 3).us(0x00280006, {1});
    data.raw(0x7FE00010, "OB", QByteArray("\1\2\3\4\5\6", 6));
    QCOMPARE(read(data), (std::vector<int>{1, 3, 5, 2, 4, 6}));
}

void TestDicomCodecs::subsampledColour()
{
    DicomBytes data;
    data.image(1, 4, 8, 8, 0, "YBR_FULL_422", 3);
    data.raw(0x7FE00010, "OB", QByteArray("\1\2\x64\x65\3\4\x66\x67", 8));
    QCOMPARE(read(data), (std::vector<int>{1, 100, 101, 2, 100, 101, 3, 102, 103, 4, 102, 103}));
}

void TestDicomCodecs::oddFrameLengths()
{
    DicomBytes data = greyImage(1, 3, 8, 8, 0, 3);
    data.raw(0x7FE00010, "OB", QByteArray("\1\2\3\4\5\6\7\x08\x09\0", 10));
    QCOMPARE(read(data, 1), (std::vector<int>{4, 5, 6}));
    QCOMPARE(read(data, 2), (std::vector<int>{7, 8, 9}));
}

void TestDicomCodecs::bigEndianWordsAndBytes()
{
    DicomBytes words(true, true);
    words.image(1, 2, 16, 16, 1).raw(0x7FE00010, "OW", QByteArray("\x01\x02\xFF\xFE", 4));
    QCOMPARE(read(words, 0, kExplicitBig), (std::vector<int>{0x0102, -2}));
    DicomBytes bytes(true, true);
    bytes.text(0x00280008, "IS", "2").image(1, 3, 8, 8);
    bytes.raw(0x7FE00010, "OW", QByteArray("\2\1\4\3\6\5", 6));
    QCOMPARE(read(bytes, 0, kExplicitBig), (std::vector<int>{1, 2, 3}));
    QCOMPARE(read(bytes, 1, kExplicitBig), (std::vector<int>{4, 5, 6}));
    DicomBytes ge(false);
    ge.image(1, 1, 16, 16).raw(0x7FE00010, "OW", QByteArray("\x01\x02", 2));
    QCOMPARE(read(ge, 0, "1.2.840.113619.5.2"), (std::vector<int>{0x0102}));
}

void TestDicomCodecs::withoutPreambleOrMeta_data()
{
    QTest::addColumn<bool>("isExplicit");
    QTest::addColumn<bool>("isBig");
    QTest::addColumn<QString>("syntax");
    QTest::newRow("implicit") << false << false << kImplicitLittle;
    QTest::newRow("explicit") << true << false << kExplicitLittle;
    QTest::newRow("big endian") << true << true << kExplicitBig;
}

void TestDicomCodecs::withoutPreambleOrMeta()
{
    QFETCH(bool, isExplicit);
    QFETCH(bool, isBig);
    QFETCH(QString, syntax);
    DicomBytes data(isExplicit, isBig);
    data.text(0x00080060, "CS", "XA").image(1, 2, 16, 16);
    QByteArray pixels;
    data.put16(pixels, 0x1234);
    data.put16(pixels, 0x00FF);
    data.raw(0x7FE00010, "OW", pixels);
    const std::vector<int> expected{0x1234, 0xFF};
    const auto bare = openDicom(m_files.write(data.bytes()));
    QVERIFY2(bare.has_value(), bare ? "" : describe(bare.error()).c_str());
    QCOMPARE(QString::fromStdString((*bare)->info().transferSyntaxUid), syntax);
    QCOMPARE((*bare)->info().modality, std::string("XA"));
    QCOMPARE(valuesOf(**(*bare)->read(0)), expected);
    const QByteArray whole = data.file(syntax.toStdString());
    const auto noPreamble = openDicom(m_files.write(whole.mid(132)));
    QVERIFY2(noPreamble.has_value(), noPreamble ? "" : describe(noPreamble.error()).c_str());
    QCOMPARE(valuesOf(**(*noPreamble)->read(0)), expected);
    // A wrong transfer syntax is overruled by what the first element shows.
    const auto mislabelled =
        openDicom(m_files.write(data.file(isExplicit ? kImplicitLittle : kExplicitLittle)));
    QVERIFY2(mislabelled.has_value(), mislabelled ? "" : describe(mislabelled.error()).c_str());
    QCOMPARE(valuesOf(**(*mislabelled)->read(0)), expected);
    QVERIFY(!(*mislabelled)->info().warnings.empty());
}

void TestDicomCodecs::deflated()
{
    DicomBytes data;
    data.text(0x00080060, "CS", "XA").image(64, 64, 8, 8).raw(0x7FE00010, "OB", QByteArray(4096, '\x2A'));
    // qCompress puts 4 bytes of length and a 2-byte header before the raw stream, a checksum behind it.
    const QByteArray raw = qCompress(data.bytes()).mid(6).chopped(4);
    DicomBytes packed;
    packed.append(raw);
    QCOMPARE(read(packed, 0, kDeflated), std::vector<int>(4096, 42));
    DicomBytes cut;
    cut.append(raw.left(raw.size() / 2));
    QCOMPARE(open(cut, kDeflated).error().code, ErrorCode::DicomMalformed);
    DicomBytes bomb;
    bomb.append(qCompress(QByteArray(8 << 20, '\0')).mid(6).chopped(4));
    DicomLimits limits;
    limits.maxInflatedBytes = 4 << 20;
    const auto refused = openDicom(m_files.write(bomb.file(kDeflated)), limits);
    QCOMPARE(refused.error().code, ErrorCode::TooLarge);
}

void TestDicomCodecs::encapsulatedUncompressed()
{
    DicomBytes data = greyImage(1, 2, 16, 16, 0, 2);
    data.fragments({{}, le16({1, 2}), le16({3, 4})});
    QCOMPARE(read(data, 1, "1.2.840.10008.1.2.1.98"), (std::vector<int>{3, 4}));
}

void TestDicomCodecs::runLength()
{
    QByteArray stream(64, '\0');
    stream[0] = 2;
    stream[4] = 64;
    stream[8] = 66;
    stream += QByteArray("\xFD\x01", 2);     // four times 01h: the high bytes
    stream += QByteArray("\x03\1\2\3\4", 5); // literal low bytes
    stream += '\0';
    DicomBytes data = greyImage(2, 2, 16, 16, 0);
    data.fragments({{}, stream});
    constexpr const char* kRle = "1.2.840.10008.1.2.5";
    QCOMPARE(read(data, 0, kRle), (std::vector<int>{0x101, 0x102, 0x103, 0x104}));
    DicomBytes cut = greyImage(2, 2, 16, 16, 0);
    cut.fragments({{}, stream.left(68)});
    const auto sequence = open(cut, kRle);
    QVERIFY(sequence.has_value());
    QCOMPARE((*sequence)->read(0).error().code, ErrorCode::CodecFailed);
}

void TestDicomCodecs::offsetTablesAndFragments_data()
{
    QTest::addColumn<bool>("basic");
    QTest::addColumn<bool>("extended");
    QTest::newRow("basic offset table") << true << false;
    QTest::newRow("extended offset table") << false << true;
    QTest::newRow("no table") << false << false;
}

/// The real JPEG frames, each cut into two fragments.
void TestDicomCodecs::offsetTablesAndFragments()
{
    QFETCH(bool, basic);
    QFETCH(bool, extended);
    const auto file = realData("dicom/xa_rubo0004_17f_jpegbaseline.dcm");
    NEEDS_REAL_DATA(file);
    QFile source(QString::fromStdString(file.string()));
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QByteArray all = source.readAll();
    std::vector<QByteArray> fragments{QByteArray()};
    QByteArray table;
    QByteArray wideTable;
    std::uint32_t offset = 0;
    int frames = 0;
    for (qsizetype at = all.indexOf("\xFF\xD8\xFF"); at >= 0 && frames < 3; ++frames) {
        const qsizetype next = all.indexOf("\xFF\xD8\xFF", at + 3);
        QVERIFY(next > at);
        const QByteArray frame = all.mid(at, next - at - 8); // less the item head before the next frame
        const qsizetype half = frame.size() / 4 * 2;
        fragments.push_back(frame.left(half));
        fragments.push_back(frame.mid(half));
        table.append(reinterpret_cast<const char*>(&offset), 4);
        const std::uint64_t wide = offset;
        wideTable.append(reinterpret_cast<const char*>(&wide), 8);
        offset += static_cast<std::uint32_t>(frame.size()) + 16;
        at = next;
    }
    if (basic)
        fragments[0] = table;
    DicomBytes data = greyImage(512, 512, 8, 8, 0, 3);
    if (extended)
        data.raw(0x7FE00001, "OV", wideTable);
    data.fragments(fragments);
    const auto sequence = open(data, "1.2.840.10008.1.2.4.50");
    QVERIFY2(sequence.has_value(), sequence ? "" : describe(sequence.error()).c_str());
    const auto original = openDicom(file);
    QVERIFY(original.has_value());
    for (int i = 0; i < 3; ++i) {
        const auto frame = (*sequence)->read(i);
        QVERIFY2(frame.has_value(), frame ? "" : describe(frame.error()).c_str());
        const auto expected = (*original)->read(i);
        QVERIFY(
            std::equal((*frame)->bytes(), (*frame)->bytes() + (*frame)->byteCount(), (*expected)->bytes()));
    }
}

void TestDicomCodecs::trailingGarbageIsIgnored()
{
    DicomBytes data = greyImage(1, 2, 8, 8, 0);
    data.raw(0x7FE00010, "OB", QByteArray("\1\2", 2)).raw(0xFFFCFFFC, "OB", QByteArray(7, '\0'));
    data.append(QByteArray("\xE0\x7F\x10\x00garbage that is no element", 30));
    QCOMPARE(read(data), (std::vector<int>{1, 2}));
}

QTEST_GUILESS_MAIN(TestDicomCodecs)
#include "tst_dicom_codecs.moc"
