// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image/percentile_stretch.h"
#include "core/model/model_card.h"
#include "core/model/model_input.h"

#include <QTest>

#include <cstring>
#include <limits>
#include <random>

using namespace fedefm;

namespace {

Frame ramp(int width, int height)
{
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(width) * height);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i % width * 255 / (width - 1));
    return Frame(width, height, 1, PixelType::U8, std::move(bytes));
}

/// 64 × 32 values of a type from `first` on, a few of them at the ends of its range.
template <typename T> std::vector<T> someValues(int first = 20, unsigned count = 200)
{
    std::mt19937 random(3);
    std::vector<T> values(64 * 32);
    for (T& value : values)
        value = static_cast<T>(first + static_cast<int>(random() % count));
    values[5] = std::numeric_limits<T>::max();
    values[6] = std::numeric_limits<T>::min();
    return values;
}

template <typename T> std::vector<float> inputOf(const std::vector<T>& values, PixelType type, bool inverse)
{
    std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    SequenceInfo info;
    info.grey.inverse = inverse;
    return prepareInput(Frame(64, 32, 1, type, std::move(bytes)), info, {}).values;
}

template <typename T> std::vector<float> stretchedAsFloats(const std::vector<T>& values, bool inverse)
{
    std::vector<float> floats(values.begin(), values.end());
    stretchGrey(floats, inverse, 1.0F);
    return floats;
}

} // namespace

class TestModelInput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void paddingRepeatsTheEdge()
    {
        const ModelInput input = prepareInput(ramp(50, 40), {}, {});
        QCOMPARE(input.width, 64);
        QCOMPARE(input.height, 64);
        QCOMPARE(input.usedWidth, 50);
        QCOMPARE(input.scale, 1.0);
        QCOMPARE(input.values[63], input.values[49]);
        QCOMPARE(input.values[63 * 64 + 10], input.values[39 * 64 + 10]);
        QVERIFY(input.values[0] < 0.01F && input.values[49] > 0.99F);
    }

    void monochrome1IsTurned()
    {
        SequenceInfo info;
        info.grey.inverse = true;
        const ModelInput input = prepareInput(ramp(64, 32), info, {});
        QVERIFY(input.values[0] > 0.99F && input.values[63] < 0.01F);
    }

    void wholeNumbersAreStretchedLikeFloats()
    {
        for (const bool inverse : {false, true}) {
            const auto bytes = someValues<std::uint8_t>();
            QVERIFY(inputOf(bytes, PixelType::U8, inverse) == stretchedAsFloats(bytes, inverse));
            const auto words = someValues<std::uint16_t>();
            QVERIFY(inputOf(words, PixelType::U16, inverse) == stretchedAsFloats(words, inverse));
            const auto signedWords = someValues<std::int16_t>();
            QVERIFY(inputOf(signedWords, PixelType::I16, inverse) == stretchedAsFloats(signedWords, inverse));
            const auto negative = someValues<std::int16_t>(-900, 700);
            QVERIFY(inputOf(negative, PixelType::I16, inverse) == stretchedAsFloats(negative, inverse));
            const auto even = someValues<std::uint16_t>(300, 1);
            QVERIFY(inputOf(even, PixelType::U16, inverse) == stretchedAsFloats(even, inverse));
        }
    }

    void largePicturesAreScaled()
    {
        const ModelInput input = prepareInput(ramp(200, 100), {}, {0, 100, 1});
        QCOMPARE(input.width, 100);
        QCOMPARE(input.height, 50);
        QCOMPARE(input.scale, 0.5);
    }

    void oneSizeForBothSides()
    {
        const ModelInput input = prepareInput(ramp(200, 50), {}, {100, 0, 64});
        QCOMPARE(input.usedWidth, 100);
        QCOMPARE(input.usedHeight, 100);
        QCOMPARE(input.width, 128);
        QCOMPARE(input.scale, 0.5);
        QCOMPARE(input.values[127], input.values[99]);
    }

    /// Padding brings 100 back to 128, the picture's own side: it is scaled all the same.
    void paddingToTheOwnSizeIsNoShortcut()
    {
        const ModelInput input = prepareInput(ramp(128, 128), {}, {100, 0, 32});
        QCOMPARE(input.width, 128);
        QCOMPARE(input.usedWidth, 100);
        QVERIFY(std::abs(input.values[50] - 50.5F / 99.5F) < 0.03F);
        QCOMPARE(input.values[127], input.values[99]);
        QVERIFY(input.values[99] > 0.98F);
    }

    void cardsNameTheWire_data()
    {
        QTest::addColumn<QString>("names");
        QTest::addColumn<bool>("isWire");
        QTest::newRow("ours") << R"(["background", "catheter", "guidewire"])" << true;
        QTest::newRow("capitals") << R"(["background", "Catheter", "Guide Wire"])" << true;
        QTest::newRow("without names") << R"(["background", "class 1", "class 2"])" << true;
        QTest::newRow("two kinds of catheter") << R"(["background", "Catheter", "Microcatheter"])" << false;
    }
    void cardsNameTheWire()
    {
        QFETCH(QString, names);
        QFETCH(bool, isWire);
        const FileCard card =
            parseModelCard(QStringLiteral("{\"classes\": %1}").arg(names).toStdString(), "f");
        QCOMPARE(card.outputs.size(), std::size_t(3));
        QVERIFY(card.outputs[1] == WireClass::Catheter);
        QCOMPARE(card.outputs[2] == WireClass::Guidewire, isWire);
    }

    void cardsTolerateNonsense()
    {
        QCOMPARE(parseModelCard("not json", "file").card.id, std::string("file"));
        QCOMPARE(parseModelCard("[1,2]", "file").input.multiple, 32);
        QCOMPARE(parseModelCard("{\"input\": " + std::string(1'000'000, '['), "deep").card.id,
                 std::string("deep"));
        const FileCard strange = parseModelCard(R"({"thresholds": {"least": 5, "sure": -1}})", "file");
        QCOMPARE(strange.leastProbability, FileCard().leastProbability);
        QCOMPARE(strange.sureProbability, FileCard().sureProbability);
        const FileCard card =
            parseModelCard(R"({"id":"net","multiple":-5,"parameters":"many","licence":"MIT"})", "f");
        QCOMPARE(card.card.id, std::string("net"));
        QCOMPARE(card.card.licence, std::string("MIT"));
        QCOMPARE(card.input.multiple, 1);
        QCOMPARE(card.card.parameters, 0LL);
        QVERIFY(card.input.stretch);
        QCOMPARE(card.input.channelPick, -1);
    }

    void cardsTellHowPicturesAreGiven()
    {
        const FileCard card = parseModelCard(R"({"input": {"channel_pick": 1, "stretch": false}})", "f");
        QVERIFY(!card.input.stretch);
        QCOMPARE(card.input.channelPick, 1);
    }
};

QTEST_APPLESS_MAIN(TestModelInput)
#include "tst_model_input.moc"
