// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/view_average_private.h"
#include "core/model/picture_view_json.h"

#include <QTest>

using namespace fedefm;

namespace {

constexpr int kMultiple = 4;
const std::vector<PictureView> kMirrors{
    {1.0, false, false}, {1.0, true, false}, {1.0, false, true}, {1.0, true, true}};

/// Knows left from right and top from bottom.
Result<torch::Tensor> oneSided(const torch::Tensor& pictures)
{
    const torch::Tensor shifted = torch::roll(pictures, {1, 2}, {2, 3});
    return torch::cat({pictures, 3.0 * shifted, shifted * pictures}, 1);
}

Result<torch::Tensor> unchanged(const torch::Tensor& pictures)
{
    return pictures;
}

} // namespace

class TestViewAverage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheMeanOfProbabilities();
    void turnsWithThePicture();
    void leavesWhatIsSymmetricAlone();
    void scalesThereAndBack();
    void passesErrorsOn();
    void viewsAreReadAndWritten();
    void wrongViewsAreRefused_data();
    void wrongViewsAreRefused();
};

void TestViewAverage::isTheMeanOfProbabilities()
{
    torch::manual_seed(1);
    const torch::Tensor pictures = torch::randn({2, 1, 8, 12});
    torch::Tensor mean = torch::zeros({2, 3, 8, 12});
    for (const bool upsideDown : {false, true})
        for (const bool leftRight : {false, true}) {
            const auto turned = [&](torch::Tensor map) {
                map = upsideDown ? map.flip({2}) : map;
                return leftRight ? map.flip({3}) : map;
            };
            mean += 0.25 * turned(torch::softmax(*oneSided(turned(pictures)), 1));
        }
    QVERIFY(torch::allclose(viewAverage(pictures, kMirrors, kMultiple, oneSided)->exp(), mean, 1e-5, 1e-6));
}

void TestViewAverage::turnsWithThePicture()
{
    torch::manual_seed(2);
    const torch::Tensor pictures = torch::randn({1, 1, 8, 12});
    QVERIFY(!torch::allclose(oneSided(pictures.flip({3}))->flip({3}), *oneSided(pictures)));
    QVERIFY(torch::allclose(viewAverage(pictures.flip({3}), kMirrors, kMultiple, oneSided)->flip({3}),
                            *viewAverage(pictures, kMirrors, kMultiple, oneSided), 1e-5, 1e-5));
}

void TestViewAverage::leavesWhatIsSymmetricAlone()
{
    const torch::Tensor pictures = torch::randn({1, 2, 4, 4});
    QVERIFY(torch::allclose(*viewAverage(pictures, kMirrors, kMultiple, unchanged),
                            torch::log_softmax(pictures, 1), 1e-5, 1e-5));
}

void TestViewAverage::scalesThereAndBack()
{
    // Smooth, so that little is lost on the way; sides that are no multiples when scaled.
    const torch::Tensor x = torch::linspace(0.0, 3.0, 44).view({1, 1, 1, 44});
    const torch::Tensor y = torch::linspace(0.0, 2.0, 36).view({1, 1, 36, 1});
    const torch::Tensor pictures = torch::cat({torch::sin(x) * torch::cos(y), torch::cos(x) + 0.0 * y}, 1);
    for (const double scale : {0.75, 1.25, 1.5}) {
        std::vector<std::int64_t> seen;
        const auto look = [&seen](const torch::Tensor& view) -> Result<torch::Tensor> {
            seen = view.sizes().vec();
            return view;
        };
        const auto found = viewAverage(pictures, {{scale, true, false}}, kMultiple, look);
        QCOMPARE(found->sizes().vec(), pictures.sizes().vec());
        QCOMPARE(seen[2] % kMultiple, std::int64_t(0));
        QCOMPARE(seen[3] % kMultiple, std::int64_t(0));
        QVERIFY(seen[2] >= std::llround(36 * scale) && seen[2] < std::llround(36 * scale) + kMultiple);
        const double error = (found->exp() - torch::softmax(pictures, 1)).abs().max().item<double>();
        QVERIFY2(error < 0.02, qPrintable(QString::number(error)));
        // A network whose maps are coarser than its pictures.
        const auto coarse = [](const torch::Tensor& view) -> Result<torch::Tensor> {
            return torch::avg_pool2d(view, 2);
        };
        const auto rough = viewAverage(pictures, {{scale, false, true}, {}}, kMultiple, coarse);
        QCOMPARE(rough->sizes().vec(), pictures.sizes().vec());
        QVERIFY((rough->exp() - torch::softmax(pictures, 1)).abs().max().item<double>() < 0.05);
    }
}

void TestViewAverage::passesErrorsOn()
{
    const auto failing = [](const torch::Tensor&) -> Result<torch::Tensor> {
        return fail(ErrorCode::ModelBroken, "model", "no");
    };
    const auto found = viewAverage(torch::zeros({1, 1, 4, 4}), {{0.5, false, false}}, kMultiple, failing);
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::ModelBroken);
}

void TestViewAverage::viewsAreReadAndWritten()
{
    const std::vector<PictureView> views{{0.75, true, false}, {}, {2.0, true, true}, {1.0, false, true}};
    QCOMPARE(parsePictureViews(toJson(views)).value(), views);
    QCOMPARE(parsePictureViews(nlohmann::json::parse(R"([{}, {"mirror": "x"}])")).value(),
             (std::vector<PictureView>{{}, {1.0, true, false}}));
    QVERIFY(parsePictureViews(nlohmann::json::array()).value().empty());
}

void TestViewAverage::wrongViewsAreRefused_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("no list") << R"({"scale": 1})";
    QTest::newRow("no object") << "[1]";
    QTest::newRow("unknown key") << R"([{"size": 1}])";
    QTest::newRow("unknown mirror") << R"([{"mirror": "z"}])";
    QTest::newRow("mirror is no text") << R"([{"mirror": true}])";
    QTest::newRow("too small") << R"([{"scale": 0.2}])";
    QTest::newRow("too large") << R"([{"scale": 4.1}])";
    QTest::newRow("too many") << "[" + QString("{},").repeated(16) + "{}]";
}

void TestViewAverage::wrongViewsAreRefused()
{
    QFETCH(QString, text);
    QVERIFY(!parsePictureViews(nlohmann::json::parse(text.toStdString())));
}

QTEST_GUILESS_MAIN(TestViewAverage)
#include "tst_view_average.moc"
