// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/thinning.h"
#include "core/train/metrics.h"
#include "core/train/skeleton_lines.h"

#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace fedefm;

namespace {

struct Picture
{
    int width, height;
    std::vector<std::uint8_t> labels;

    Picture(int w, int h) : width(w), height(h), labels(static_cast<std::size_t>(w) * h, 0) {}
    void fill(int x0, int y0, int x1, int y1, std::uint8_t label)
    {
        for (int y = y0; y <= y1; ++y)
            for (int x = x0; x <= x1; ++x)
                labels[static_cast<std::size_t>(y) * width + x] = label;
    }
};

LabelPair pairOf(const Picture& prediction, const Picture& reference, double spacingMm = 0.0)
{
    return {prediction.labels.data(), reference.labels.data(), prediction.width, prediction.height,
            spacingMm};
}

Picture randomPicture(std::mt19937& random, int classes, double share)
{
    Picture picture(37, 29);
    std::uniform_real_distribution<double> chance(0.0, 1.0);
    for (std::uint8_t& label : picture.labels)
        label = chance(random) < share ? static_cast<std::uint8_t>(1 + random() % (classes - 1)) : 0;
    return picture;
}

std::vector<double> bruteDistances(const std::vector<Pixel>& from, const std::vector<Pixel>& to)
{
    std::vector<double> list;
    for (const Pixel a : from) {
        double best = 1e9;
        for (const Pixel b : to)
            best = std::min(best, std::hypot(a.x - b.x, a.y - b.y));
        list.push_back(best);
    }
    return list;
}

void compare(const std::optional<double>& value, double expected)
{
    QVERIFY(value.has_value());
    QVERIFY2(std::abs(*value - expected) < 1e-12, std::to_string(*value).c_str());
}

} // namespace

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
    void clDiceByHand();
    void distancesByHand();
    void distancesAgainstBruteForce();
    void nearestPointsAgainstBruteForce();
    void thinLinesSurvive();
    void tipByHand();
    void tipIsTheEndAwayFromTheBorder();
    void endsOfAFork();
    void paperReadsAWireHigher();
    void paperAgainstBruteForce();
    void classificationByHand();
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

void TestMetrics::clDiceByHand()
{
    // One pixel wide, so each line is its own skeleton: the prediction covers columns 5…29 of 0…19.
    Picture reference(40, 11);
    reference.fill(0, 5, 19, 5, 1);
    Picture prediction(40, 11);
    prediction.fill(5, 5, 29, 5, 1);
    const SegmentationScores scores = scoresOf(pairOf(prediction, reference), 1);
    const double precision = 15.0 / 25.0;
    const double sensitivity = 15.0 / 20.0;
    compare(scores.clDice, 2 * precision * sensitivity / (precision + sensitivity));
}

void TestMetrics::distancesByHand()
{
    // Parallel lines, 3 apart, the prediction 4 longer: those are hypot(1…4, 3) away.
    Picture reference(40, 20);
    reference.fill(5, 5, 14, 5, 1);
    Picture prediction(40, 20);
    prediction.fill(5, 8, 18, 8, 1);
    const SegmentationScores scores = scoresOf(pairOf(prediction, reference, 0.5), 1);
    const double tail = std::hypot(1, 3) + std::hypot(2, 3) + std::hypot(3, 3) + 5.0;
    compare(scores.centerlineMeanPx, (20 * 3.0 + tail) / 24.0);
    compare(scores.centerlineMeanMm, (20 * 3.0 + tail) / 48.0);
    // Rank 0.95 · 23 = 21.85, between the 22nd and 23rd of 24.
    const double low = std::hypot(2, 3);
    const double high = std::hypot(3, 3);
    compare(scores.centerlineP95Px, low + 0.85 * (high - low));
    compare(scores.centerlineP95Mm, 0.5 * (low + 0.85 * (high - low)));
    compare(scores.clDice, 0.0);
}

void TestMetrics::distancesAgainstBruteForce()
{
    std::mt19937 random(3);
    for (int i = 0; i < 5; ++i) {
        const Picture prediction = randomPicture(random, 2, 0.02 + 0.1 * i);
        const Picture reference = randomPicture(random, 2, 0.05);
        const auto a = setPixels(thin(prediction.labels, 37, 29), 37, 29);
        const auto b = setPixels(thin(reference.labels, 37, 29), 37, 29);
        auto all = bruteDistances(a, b);
        const auto back = bruteDistances(b, a);
        all.insert(all.end(), back.begin(), back.end());
        std::sort(all.begin(), all.end());
        double sum = 0.0;
        for (const double d : all)
            sum += d;
        const double place = 0.95 * static_cast<double>(all.size() - 1);
        const auto rank = static_cast<std::size_t>(place);
        const double p95 =
            all[rank] + (all[std::min(rank + 1, all.size() - 1)] - all[rank]) * (place - std::floor(place));
        const SegmentationScores scores = scoresOf(pairOf(prediction, reference), 1);
        QVERIFY(std::abs(*scores.centerlineMeanPx - sum / static_cast<double>(all.size())) < 1e-9);
        QVERIFY(std::abs(*scores.centerlineP95Px - p95) < 1e-9);
        QVERIFY(!scores.centerlineMeanMm);
    }
}

void TestMetrics::nearestPointsAgainstBruteForce()
{
    std::mt19937 random(11);
    for (const int count : {1, 2, 17, 300}) {
        std::vector<Pixel> points;
        for (int i = 0; i < count; ++i)
            points.push_back({static_cast<int>(random() % 61), static_cast<int>(random() % 47)});
        const NearestPoints nearest(points, 47);
        for (int i = 0; i < 200; ++i) {
            const Pixel from{static_cast<int>(random() % 61), static_cast<int>(random() % 47)};
            const double expected = bruteDistances({from}, points)[0];
            QCOMPARE(std::sqrt(static_cast<double>(nearest.squaredDistance(from))), expected);
        }
    }
}

void TestMetrics::thinLinesSurvive()
{
    // Wires are often drawn two pixels wide; Zhang and Suen's thinning erases such diagonals and 2×2 dots.
    Picture picture(40, 40);
    for (int i = 5; i < 30; ++i)
        picture.fill(i, i, i + 1, i, 1);
    picture.fill(35, 5, 36, 6, 1);
    const auto line = setPixels(thin(picture.labels, 40, 40), 40, 40);
    QVERIFY2(line.size() >= 25 && line.size() <= 28, std::to_string(line.size()).c_str());
    const SegmentationScores scores = scoresOf(pairOf(picture, picture), 1);
    compare(scores.clDice, 1.0);
    compare(scores.centerlineP95Px, 0.0);
    compare(scores.tipErrorPx, 0.0);
}

void TestMetrics::tipByHand()
{
    // The wire comes in from the left; the prediction ends 6 columns earlier and 8 rows lower.
    Picture reference(100, 60);
    reference.fill(0, 30, 50, 30, 1);
    Picture prediction(100, 60);
    prediction.fill(0, 38, 44, 38, 1);
    prediction.fill(48, 30, 51, 30, 1); // shorter: not the line
    ProperMetrics metrics(2);
    metrics.add(pairOf(prediction, reference, 0.25));
    compare(metrics.forClass(1).tipErrorPx, 10.0);
    compare(metrics.forClass(1).tipErrorMm, 2.5);
    // Median of 0, 10, 10 and, of two pictures more, of 0, 0, 0, 10, 10.
    metrics.add(pairOf(prediction, reference));
    metrics.add(pairOf(reference, reference));
    compare(metrics.forClass(1).tipErrorPx, 10.0);
    metrics.add(pairOf(reference, reference));
    compare(metrics.forClass(1).tipErrorPx, 5.0);
    metrics.add(pairOf(reference, reference));
    compare(metrics.forClass(1).tipErrorPx, 0.0);
}

void TestMetrics::tipIsTheEndAwayFromTheBorder()
{
    // The prediction has the end at the border right and misses the other by 20 pixels, then the reverse.
    Picture reference(100, 60);
    reference.fill(40, 0, 40, 40, 1);
    Picture shortAtTip(100, 60);
    shortAtTip.fill(40, 0, 40, 20, 1);
    Picture shortAtBorder(100, 60);
    shortAtBorder.fill(40, 25, 40, 40, 1);
    compare(scoresOf(pairOf(shortAtTip, reference), 1).tipErrorPx, 20.0);
    compare(scoresOf(pairOf(shortAtBorder, reference), 1).tipErrorPx, 0.0);
}

void TestMetrics::endsOfAFork()
{
    Picture picture(60, 60);
    picture.fill(5, 20, 50, 20, 1);
    picture.fill(30, 21, 30, 28, 1);
    picture.fill(2, 50, 20, 50, 1);
    const auto ends = endsOfLongestLine(picture.labels, 60, 60);
    QVERIFY(ends);
    QCOMPARE(std::min(ends->first.x, ends->second.x), 5);
    QCOMPARE(std::max(ends->first.x, ends->second.x), 50);
    QCOMPARE(ends->first.y, 20);
    QCOMPARE(ends->second.y, 20);
    QVERIFY(!endsOfLongestLine(Picture(5, 5).labels, 5, 5));
    Picture dot(5, 5);
    dot.fill(2, 3, 2, 3, 1);
    QCOMPARE(endsOfLongestLine(dot.labels, 5, 5)->second.y, 3);
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
