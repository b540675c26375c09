// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/mirror_average_private.h"

#include <QTest>

using namespace fedefm;

namespace {

/// Knows left from right and top from bottom.
torch::Tensor oneSided(const torch::Tensor& pictures)
{
    const torch::Tensor shifted = torch::roll(pictures, {1, 2}, {2, 3});
    return torch::cat({pictures, 3.0 * shifted, shifted * pictures}, 1);
}

} // namespace

class TestMirrorAverage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheMeanOfProbabilities();
    void turnsWithThePicture();
    void leavesWhatIsSymmetricAlone();
};

void TestMirrorAverage::isTheMeanOfProbabilities()
{
    torch::manual_seed(1);
    const torch::Tensor pictures = torch::randn({2, 1, 6, 8});
    torch::Tensor mean = torch::zeros({2, 3, 6, 8});
    for (const bool upsideDown : {false, true})
        for (const bool leftRight : {false, true}) {
            const auto turned = [&](torch::Tensor map) {
                map = upsideDown ? map.flip({2}) : map;
                return leftRight ? map.flip({3}) : map;
            };
            mean += 0.25 * turned(torch::softmax(oneSided(turned(pictures)), 1));
        }
    QVERIFY(torch::allclose(mirrorAverage(pictures, oneSided).exp(), mean, 1e-5, 1e-6));
}

void TestMirrorAverage::turnsWithThePicture()
{
    torch::manual_seed(2);
    const torch::Tensor pictures = torch::randn({1, 1, 10, 12});
    QVERIFY(!torch::allclose(oneSided(pictures.flip({3})).flip({3}), oneSided(pictures)));
    QVERIFY(torch::allclose(mirrorAverage(pictures.flip({3}), oneSided).flip({3}),
                            mirrorAverage(pictures, oneSided), 1e-5, 1e-5));
}

void TestMirrorAverage::leavesWhatIsSymmetricAlone()
{
    const torch::Tensor pictures = torch::randn({1, 2, 4, 4});
    const auto unchanged = [](const torch::Tensor& maps) { return maps; };
    QVERIFY(torch::allclose(mirrorAverage(pictures, unchanged), torch::log_softmax(pictures, 1), 1e-5, 1e-5));
}

QTEST_GUILESS_MAIN(TestMirrorAverage)
#include "tst_mirror_average.moc"
