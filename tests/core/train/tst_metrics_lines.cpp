// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/thinning.h"
#include "core/train/skeleton_lines.h"
#include "tests/core/train/label_picture.h"

#include <algorithm>

using namespace fedefm;
using namespace fedefm::test;

namespace {

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

} // namespace

class TestMetricsLines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clDiceByHand();
    void distancesByHand();
    void distancesAgainstBruteForce();
    void nearestPointsAgainstBruteForce();
    void thinLinesSurvive();
    void tipByHand();
    void tipIsTheEndAwayFromTheBorder();
    void endsOfAFork();
};

void TestMetricsLines::clDiceByHand()
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

void TestMetricsLines::distancesByHand()
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

void TestMetricsLines::distancesAgainstBruteForce()
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

void TestMetricsLines::nearestPointsAgainstBruteForce()
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

void TestMetricsLines::thinLinesSurvive()
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

void TestMetricsLines::tipByHand()
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

void TestMetricsLines::tipIsTheEndAwayFromTheBorder()
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

void TestMetricsLines::endsOfAFork()
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

QTEST_APPLESS_MAIN(TestMetricsLines)
#include "tst_metrics_lines.moc"
