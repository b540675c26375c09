// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/train/label_picture.h"

#include <QElapsedTimer>
#include <array>

using namespace fedefm;
using namespace fedefm::test;

class TestMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void overlapByHand();
    void overlapAgainstBruteForce();
    void nothingIsUndefined();
    void missedAndInvented();
    void ignoredPixels();
    void poolsOverPictures();
    void paperReadsAWireHigher();
    void paperAgainstBruteForce();
    void classificationByHand();
    void flagsByHand();
    void aucAgainstBruteForce();
    void names();
    void isQuick();
};

void TestMetrics::overlapByHand()
{
    Picture prediction(20, 10);
    Picture reference(20, 10);
    reference.fill(2, 2, 5, 3, 1);  // 8 pixels
    prediction.fill(4, 2, 6, 3, 1); // 6, of which 4 right
    reference.fill(10, 5, 12, 6, 2);
    prediction.fill(10, 5, 12, 6, 2);
    ProperMetrics metrics(3);
    metrics.add(pairOf(prediction, reference));
    compare(metrics.forClass(1).dice, 8.0 / 14.0);
    compare(metrics.forClass(1).iou, 4.0 / 10.0);
    compare(metrics.forClass(1).precision, 4.0 / 6.0);
    compare(metrics.forClass(1).recall, 0.5);
    compare(metrics.forClass(2).dice, 1.0);
    compare(metrics.foreground().dice, 20.0 / 26.0);
    compare(scoresOf(pairOf(prediction, reference), 1).dice, 8.0 / 14.0);
    compare(scoresOf(pairOf(prediction, reference), 0).dice, 20.0 / 26.0);
    QCOMPARE(metrics.pictures(), 1);
}

void TestMetrics::overlapAgainstBruteForce()
{
    std::mt19937 random(7);
    ProperMetrics metrics(4);
    std::array<std::array<double, 3>, 4> counts{}; // both, predicted, real
    for (int i = 0; i < 6; ++i) {
        const Picture prediction = randomPicture(random, 4, 0.1 * i);
        const Picture reference = randomPicture(random, 4, 0.3);
        metrics.add(pairOf(prediction, reference));
        for (std::size_t k = 0; k < prediction.labels.size(); ++k) {
            const int p = prediction.labels[k];
            const int r = reference.labels[k];
            for (int c = 1; c < 4; ++c) {
                counts[c][0] += p == c && r == c;
                counts[c][1] += p == c;
                counts[c][2] += r == c;
            }
            counts[0][0] += p > 0 && r > 0;
            counts[0][1] += p > 0;
            counts[0][2] += r > 0;
        }
    }
    for (int c = 0; c < 4; ++c) {
        const SegmentationScores scores = c == 0 ? metrics.foreground() : metrics.forClass(c);
        const auto [both, predicted, real] = counts[c];
        compare(scores.dice, 2 * both / (predicted + real));
        compare(scores.iou, both / (predicted + real - both));
        compare(scores.precision, both / predicted);
        compare(scores.recall, both / real);
    }
}

void TestMetrics::nothingIsUndefined()
{
    const Picture empty(8, 8);
    ProperMetrics metrics(3);
    metrics.add(pairOf(empty, empty));
    const SegmentationScores scores = metrics.foreground();
    QVERIFY(!scores.dice && !scores.iou && !scores.clDice && !scores.precision && !scores.recall);
    QVERIFY(!scores.centerlineMeanPx && !scores.tipErrorPx && !scores.detectionRate);
    QVERIFY(toJson(scores)["dice"].is_null());
    QVERIFY(!metrics.forClass(0).dice);
    QVERIFY(!metrics.forClass(3).dice);
}

void TestMetrics::missedAndInvented()
{
    const Picture empty(30, 30);
    Picture wire(30, 30);
    wire.fill(3, 5, 20, 6, 1);
    ProperMetrics missed(2);
    missed.add(pairOf(empty, wire));
    compare(missed.forClass(1).dice, 0.0);
    compare(missed.forClass(1).clDice, 0.0);
    compare(missed.forClass(1).recall, 0.0);
    compare(missed.forClass(1).detectionRate, 0.0);
    QVERIFY(!missed.forClass(1).precision);
    QVERIFY(!missed.forClass(1).centerlineMeanPx);
    ProperMetrics invented(2);
    invented.add(pairOf(wire, empty));
    compare(invented.forClass(1).dice, 0.0);
    compare(invented.forClass(1).precision, 0.0);
    QVERIFY(!invented.forClass(1).recall);
    QVERIFY(!invented.forClass(1).detectionRate);
}

void TestMetrics::ignoredPixels()
{
    Picture prediction(20, 10);
    Picture reference(20, 10);
    reference.fill(2, 2, 5, 3, 1);
    prediction.fill(2, 2, 5, 3, 1);
    prediction.fill(10, 0, 19, 9, 1);
    reference.fill(10, 0, 19, 9, 255);
    ProperMetrics metrics(2);
    metrics.add(pairOf(prediction, reference));
    compare(metrics.forClass(1).dice, 1.0);
    compare(metrics.foreground().dice, 1.0);
    PaperMetrics paper(2);
    paper.add(pairOf(prediction, reference));
    QCOMPARE(paper.toJson()["dice"].get<double>(), 1.0);
}

void TestMetrics::poolsOverPictures()
{
    Picture small(20, 10);
    small.fill(0, 0, 0, 0, 1); // 1 pixel, missed
    Picture large(20, 10);
    large.fill(0, 0, 8, 0, 1); // 9 pixels, all hit
    const Picture empty(20, 10);
    ProperMetrics metrics(2);
    metrics.add(pairOf(empty, small));
    metrics.add(pairOf(large, large));
    compare(metrics.forClass(1).dice, 18.0 / 19.0);
    compare(metrics.forClass(1).detectionRate, 0.5);
    QCOMPARE(metrics.pictures(), 2);
}

void TestMetrics::paperReadsAWireHigher()
{
    // Only class 1: 169 right of 200 and 200 pixels, Dice 0.845.
    Picture prediction(300, 10);
    Picture reference(300, 10);
    reference.fill(0, 4, 199, 4, 1);
    prediction.fill(31, 4, 230, 4, 1);
    ProperMetrics proper(2);
    proper.add(pairOf(prediction, reference));
    compare(proper.forClass(1).dice, 0.845);
    PaperMetrics paper(2);
    paper.add(pairOf(prediction, reference));
    const nlohmann::json json = paper.toJson();
    QCOMPARE(json["dice"].get<double>(), (0.845 + 1.0) / 2); // prints as 0.92
    const double iou = 169.0 / 231.0;
    QCOMPARE(json["miou"].get<double>(), iou / 2);
    const double ofBackground = (3000.0 - 231.0) / (3000.0 - 169.0);
    QCOMPARE(json["jaccard"].get<double>(), (iou + ofBackground) / 2);
    QCOMPARE(json["pictures"].get<int>(), 1);
    QVERIFY(PaperMetrics(3).toJson()["dice"].is_null());
}

void TestMetrics::paperAgainstBruteForce()
{
    std::mt19937 random(5);
    PaperMetrics paper(3);
    double dice = 0.0;
    std::array<double, 3> both{};
    std::array<double, 3> either{};
    for (int i = 0; i < 4; ++i) {
        const Picture prediction = randomPicture(random, i == 2 ? 2 : 3, 0.4);
        const Picture reference = randomPicture(random, i == 2 ? 2 : 3, 0.3);
        paper.add(pairOf(prediction, reference));
        for (int c = 0; c < 3; ++c) {
            double hits = 0.0;
            double predicted = 0.0;
            double real = 0.0;
            for (std::size_t k = 0; k < prediction.labels.size(); ++k) {
                predicted += prediction.labels[k] == c;
                real += reference.labels[k] == c;
                hits += prediction.labels[k] == c && reference.labels[k] == c;
            }
            both[c] += hits;
            either[c] += predicted + real - hits;
            if (c > 0)
                dice += (predicted + real > 0 ? 2 * hits / (predicted + real) : 1.0) / 8.0;
        }
    }
    const nlohmann::json json = paper.toJson();
    QCOMPARE(json["dice"].get<double>(), dice);
    QCOMPARE(json["miou"].get<double>(), (both[1] / either[1] + both[2] / either[2]) / 2);
    QCOMPARE(json["jaccard"].get<double>(),
             (both[0] / either[0] + both[1] / either[1] + both[2] / either[2]) / 3);
}

void TestMetrics::classificationByHand()
{
    ClassificationMetrics metrics(3);
    const float rows[][3] = {{0.8f, 0.1f, 0.1f}, {0.4f, 0.5f, 0.1f}, {0.3f, 0.6f, 0.1f}, {0.6f, 0.3f, 0.1f}};
    const int truth[] = {0, 0, 1, 1};
    for (int i = 0; i < 4; ++i)
        metrics.add(rows[i], truth[i]);
    metrics.add(rows[0], 7); // no such class
    QCOMPARE(metrics.accuracy(), 0.5);
    // Class 0: 0.8 and 0.4 against 0.3 and 0.6: 3 of 4 pairs; class 1: 0.6, 0.3 against 0.1, 0.5: 3 of 4;
    // class 2 has no picture.
    QCOMPARE(*metrics.macroAuc(), 0.75);
    const nlohmann::json json = metrics.toJson({"a", "b", "c"});
    QCOMPARE(json["pictures"].get<int>(), 4);
    QVERIFY(json["confusion"] == nlohmann::json::parse("[[1,1,0],[1,1,0],[0,0,0]]"));
    QCOMPARE(json["classes"]["a"]["recall"].get<double>(), 0.5);
    QVERIFY(json["classes"]["c"]["auc"].is_null());
    QVERIFY(json["classes"]["c"]["precision"].is_null());
    QVERIFY(!ClassificationMetrics(3).macroAuc());
    QVERIFY(ClassificationMetrics(3).toJson({})["accuracy"].is_null());
}

void TestMetrics::flagsByHand()
{
    FlagMetrics metrics(3);
    const float rows[][3] = {{0.9f, 0.5f, 0.1f}, {0.4f, 0.2f, 0.2f}, {0.6f, 0.8f, 0.1f}, {0.1f, 0.3f, 0.0f}};
    const std::uint8_t truth[][3] = {{1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 1, 0}};
    for (int i = 0; i < 4; ++i)
        metrics.add(rows[i], truth[i]);
    // Wrong at 0.5: flag 0 in pictures 1 and 2, flag 1 in 0 and 3.
    QCOMPARE(metrics.accuracy(), 8.0 / 12.0);
    // Flag 0: 0.9 and 0.4 against 0.6 and 0.1: 3 of 4 pairs; flag 1: 0.8 and 0.3 against 0.5 and 0.2: 3 of 4.
    QCOMPARE(*metrics.macroAuc(), 0.75);
    const nlohmann::json json = metrics.toJson({"a", "b", "c"});
    QCOMPARE(json["pictures"].get<int>(), 4);
    QCOMPARE(json["classes"]["a"]["auc"].get<double>(), 0.75);
    QCOMPARE(json["classes"]["b"]["precision"].get<double>(), 0.5);
    QCOMPARE(json["classes"]["b"]["recall"].get<double>(), 0.5);
    QCOMPARE(json["classes"]["b"]["pictures"].get<int>(), 2);
    QVERIFY(json["classes"]["c"]["auc"].is_null() && json["classes"]["c"]["recall"].is_null());
    QVERIFY(FlagMetrics(2).toJson({})["accuracy"].is_null());
    QVERIFY(!FlagMetrics(2).macroAuc());
}

void TestMetrics::aucAgainstBruteForce()
{
    std::mt19937 random(9);
    ClassificationMetrics metrics(2);
    std::vector<std::pair<float, int>> samples;
    for (int i = 0; i < 60; ++i) {
        // Few different values, so that there are ties.
        const float p = static_cast<float>(random() % 6) / 8.0f;
        const int truth = static_cast<int>(random() % 2);
        const float row[] = {1.0f - p, p};
        metrics.add(row, truth);
        samples.emplace_back(p, truth);
    }
    double won = 0.0;
    double pairs = 0.0;
    for (const auto& [a, aTruth] : samples)
        for (const auto& [b, bTruth] : samples)
            if (aTruth == 1 && bTruth == 0) {
                ++pairs;
                won += a > b ? 1.0 : a == b ? 0.5 : 0.0;
            }
    QVERIFY(std::abs(*metrics.macroAuc() - won / pairs) < 1e-12);
}

void TestMetrics::names()
{
    ProperMetrics metrics(3);
    Picture wire(10, 10);
    wire.fill(1, 1, 8, 1, 2);
    metrics.add(pairOf(wire, wire));
    const nlohmann::json json = metrics.toJson({"background", "catheter"});
    QVERIFY(json["classes"]["catheter"]["dice"].is_null());
    QCOMPARE(json["classes"]["class 2"]["dice"].get<double>(), 1.0);
    QCOMPARE(json["foreground"]["cl_dice"].get<double>(), 1.0);
}

void TestMetrics::isQuick()
{
    Picture reference(512, 512);
    Picture prediction(512, 512);
    for (int y = 0; y < 480; ++y) {
        const int x = 256 + static_cast<int>(120 * std::sin(y / 60.0));
        reference.fill(x, y, x + 5, y, 1);
        prediction.fill(x + 3, y, x + 8, y, 1);
        reference.fill(y, 100 + y / 2, y, 103 + y / 2, 2);
        prediction.fill(y, 101 + y / 2, y, 104 + y / 2, 2);
    }
    ProperMetrics metrics(3);
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 20; ++i)
        metrics.add(pairOf(prediction, reference));
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 20e6;
    qInfo("%.2f ms per 512² pair", ms);
    // Ten times what it takes, for machines that are busy.
    QVERIFY(ms < 100.0);
}

QTEST_APPLESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
