// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_tags.h"
#include "dicom_bytes.h"
#include "test_data.h"

#include <QtTest>

using namespace fedefm;
using namespace fedefm::test;

namespace {

const DicomTag* find(const std::vector<DicomTag>& tags, const std::string& tag)
{
    for (const DicomTag& entry : tags)
        if (entry.tag == tag)
            return &entry;
    return nullptr;
}

} // namespace

class TestDicomTags : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsSequencesValuesAndPixels();
    void shortensLongValues();
    void convertsJapanese();
    void convertsByCharacterSet_data();
    void convertsByCharacterSet();
    void untypedElementsGetTheirDictionaryType();
    void filesWithoutImage();

private:
    ScratchFiles m_files;
};

void TestDicomTags::listsSequencesValuesAndPixels()
{
    DicomBytes item;
    item.us(0x00286110, {1, 2}).text(0x00286190, "ST", "first two");
    DicomBytes data;
    data.text(0x00080060, "CS", "XA").text(0x00100010, "PN", "Doe^Jane").image(2, 2, 8, 8);
    data.sequence(0x00286100, {item, item}).raw(0x7FE00010, "OB", QByteArray(4, 'x'));
    const auto tags = readTags(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(tags.has_value(), tags ? "" : describe(tags.error()).c_str());
    const DicomTag* name = find(*tags, "(0010,0010)");
    QVERIFY(name);
    QCOMPARE(name->value, std::string("Doe^Jane"));
    QCOMPARE(name->vr, std::string("PN"));
    QCOMPARE(name->name, std::string("PatientName"));
    QCOMPARE(find(*tags, "(0028,0010)")->value, std::string("2"));
    QVERIFY(find(*tags, "(0002,0010)")->value.rfind("1.2.840.10008.1.2.1", 0) == 0);
    const DicomTag* masks = find(*tags, "(0028,6100)");
    QVERIFY(masks);
    QCOMPARE(masks->children.size(), std::size_t(2));
    QCOMPARE(masks->children[1].tag, std::string("Item 2"));
    QCOMPARE(find(masks->children[1].children, "(0028,6110)")->value, std::string("1\\2"));
    QCOMPARE(find(*tags, "(7FE0,0010)")->value, std::string("<4 bytes>"));
    QCOMPARE(tags->back().tag, std::string("(7FE0,0010)"));
}

void TestDicomTags::shortensLongValues()
{
    DicomBytes data;
    data.text(0x00080060, "CS", "XA").text(0x00204000, "LT", std::string(5000, 'a'));
    data.raw(0x00420011, "OB", QByteArray(70000, 'p'));
    const auto tags = readTags(m_files.write(data.file(kExplicitLittle)));
    QVERIFY(tags.has_value());
    const std::string& text = find(*tags, "(0020,4000)")->value;
    QVERIFY(text.size() < 400);
    QVERIFY(text.find("<5000 bytes>") != std::string::npos);
    QCOMPARE(find(*tags, "(0042,0011)")->value, std::string("<70000 bytes>"));
}

void TestDicomTags::convertsJapanese()
{
    const auto file = realData("dicom/cr_charset_japanese.dcm");
    NEEDS_REAL_DATA(file);
    const auto tags = readTags(file);
    QVERIFY(tags.has_value());
    const QString name = QString::fromStdString(find(*tags, "(0010,0010)")->value);
    QVERIFY2(name.startsWith(QStringLiteral("やまだ^たろう")), qPrintable(name));
}

void TestDicomTags::convertsByCharacterSet_data()
{
    QTest::addColumn<QByteArray>("terms");
    QTest::addColumn<QByteArray>("stored");
    QTest::addColumn<QString>("shown");
    QTest::newRow("latin 1") << QByteArray("ISO_IR 100") << QByteArray("M\xFCller^J\xF6rg") << "Müller^Jörg";
    QTest::newRow("misspelt term") << QByteArray("iso-ir 100") << QByteArray("M\xFCller") << "Müller";
    QTest::newRow("cyrillic") << QByteArray("ISO_IR 144") << QByteArray("\xBB\xEE\xDA") << "Люк";
    QTest::newRow("utf-8") << QByteArray("ISO_IR 192") << QByteArray("王^小東") << "王^小東";
    QTest::newRow("gb18030") << QByteArray("GB18030") << QByteArray("\xCD\xF5") << "王";
    QTest::newRow("korean") << QByteArray("\\ISO 2022 IR 149")
                            << QByteArray("Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7")
                            << "Hong^Gildong=洪^吉洞";
    QTest::newRow("kanji") << QByteArray("\\ISO 2022 IR 87") << QByteArray("Yamada=\x1B$B;3ED\x1B(B")
                           << "Yamada=山田";
    QTest::newRow("none, latin 1 all the same") << QByteArray() << QByteArray("M\xFCller") << "Müller";
    QTest::newRow("none, utf-8 all the same") << QByteArray() << QByteArray("Müller") << "Müller";
    QTest::newRow("unknown term") << QByteArray("KLINGON") << QByteArray("M\xFCller") << "Müller";
    QTest::newRow("broken utf-8") << QByteArray("ISO_IR 192") << QByteArray("A\xC0\x80") << "AÀ";
}

void TestDicomTags::convertsByCharacterSet()
{
    QFETCH(QByteArray, terms);
    QFETCH(QByteArray, stored);
    QFETCH(QString, shown);
    DicomBytes data;
    data.text(0x00080005, "CS", terms.toStdString()).text(0x00100010, "PN", stored.toStdString());
    const auto tags = readTags(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(tags.has_value(), tags ? "" : describe(tags.error()).c_str());
    const QString value = QString::fromStdString(find(*tags, "(0010,0010)")->value);
    if (stored.startsWith("A\xC0"))
        QVERIFY(value.startsWith(shown));
    else
        QCOMPARE(value, shown);
}

void TestDicomTags::untypedElementsGetTheirDictionaryType()
{
    DicomBytes inner(false);
    inner.us(0x00286110, {7});
    DicomBytes data;
    data.raw(0x00080060, "UN", "XA").raw(0x00280010, "UN", QByteArray("\x20\x01", 2));
    data.sequence(0x00286100, {inner}, false, "UN").raw(0x00091001, "UN", "private!");
    const auto tags = readTags(m_files.write(data.file(kExplicitLittle)));
    QVERIFY2(tags.has_value(), tags ? "" : describe(tags.error()).c_str());
    QCOMPARE(find(*tags, "(0008,0060)")->value, std::string("XA"));
    QCOMPARE(find(*tags, "(0028,0010)")->value, std::string("288"));
    const DicomTag* masks = find(*tags, "(0028,6100)");
    QVERIFY(masks);
    QCOMPARE(masks->children.size(), std::size_t(1));
    QCOMPARE(find(masks->children[0].children, "(0028,6110)")->value, std::string("7"));
    QCOMPARE(find(*tags, "(0009,1001)")->value, std::string("<8 bytes>"));
}

void TestDicomTags::filesWithoutImage()
{
    for (const char* name : {"rdsr_fluoro_philips_allura.dcm", "gsps_overlay.dcm", "sr_tid1500_roi.dcm"}) {
        const auto file = realData(std::string("other/dicom_objects/") + name);
        NEEDS_REAL_DATA(file);
        const auto tags = readTags(file);
        QVERIFY2(tags.has_value(), name);
        QVERIFY(find(*tags, "(0008,0018)"));
    }
    QCOMPARE(readTags("/nowhere.dcm").error().code, ErrorCode::FileNotFound);
}

QTEST_GUILESS_MAIN(TestDicomTags)
#include "tst_dicom_tags.moc"
