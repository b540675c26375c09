// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "core/geometry/curve_matching.h"
#include "core/model/ridge_segmenter.h"
#include "test_data.h"

#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

using namespace fedefm;

namespace {

struct Reference
{
    std::string source;
    int frameIndex = 0;
    std::vector<Polyline> lines;
};

Reference readReference(const std::filesystem::path& file)
{
    std::ifstream stream(file);
    const auto json = nlohmann::json::parse(stream);
    Reference reference;
    reference.source = json.at("source").get<std::string>();
    reference.frameIndex = json.at("frame_index").get<int>();
    for (const auto& curve : json.at("curves")) {
        Polyline line;
        for (const auto& point : curve.at("points"))
            line.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
        reference.lines.push_back(line);
    }
    return reference;
}

std::vector<Polyline> linesOf(const Segmentation& found)
{
    std::vector<Polyline> lines;
    for (const WireCurve& curve : found.curves)
        lines.push_back(curve.points);
    return lines;
}

struct Overlap
{
    double both = 0.0;
    double found = 0.0;
    double reference = 0.0;
    double dice() const { return 2.0 * both / std::max(1.0, found + reference); }
};

} // namespace

/// The baseline on labelled pictures. The floors stand a little below what was measured when they were set,
/// so that a change that makes the segmenter worse is seen.
class TestRidgeReal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void centreLinesOfXaFrames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("balloon") << "xa_rubo0004_f08";
        QTest::newRow("catheter") << "xa_barre_f06";
    }

    void centreLinesOfXaFrames()
    {
        QFETCH(QString, name);
        const auto file = test::realData("seg/xa_wires") / (name.toStdString() + ".json");
        NEEDS_REAL_DATA(file);
        const Reference reference = readReference(file);
        const auto sequence = openDicom(test::realData("dicom") / reference.source);
        QVERIFY(sequence.has_value());
        const auto frame = (*sequence)->read(reference.frameIndex);
        QVERIFY(frame.has_value());
        const auto found = RidgeSegmenter().segment(**frame, (*sequence)->info(), {});
        QVERIFY(found.has_value());
        const CenterlineScore score = scoreCenterlines(linesOf(*found), reference.lines, 3.0);
        qInfo("%s: precision %.3f recall %.3f at 3 px, %.0f ms", qPrintable(name), score.precision,
              score.recall, found->provenance.elapsedMs);
        QVERIFY(score.precision > 0.9);
        QVERIFY(score.recall > 0.85);
    }

    void pooledDiceOfThePhantom()
    {
        const auto folder = test::realData("seg/cathaction_phantom");
        NEEDS_REAL_DATA(folder);
        Overlap pooled;
        for (int i = 1; i <= 6; ++i) {
            const std::string stem = (folder / ("phantom_seq_" + std::to_string(i))).string();
            const cv::Mat picture = cv::imread(stem + ".png", cv::IMREAD_GRAYSCALE);
            const cv::Mat mask = cv::imread(stem + "_mask.png", cv::IMREAD_GRAYSCALE);
            QVERIFY(picture.isContinuous() && mask.isContinuous() && !mask.empty());
            const Frame frame(picture.cols, picture.rows, 1, PixelType::U8,
                              {picture.datastart, picture.dataend});
            SequenceInfo info;
            info.width = picture.cols;
            info.height = picture.rows;
            const auto found = RidgeSegmenter().segment(frame, info, {});
            QVERIFY(found.has_value());
            const std::vector<std::uint8_t> labels = found->labelImage();
            Overlap one;
            for (std::size_t k = 0; k < labels.size(); ++k) {
                one.both += labels[k] != 0 && mask.data[k] != 0 ? 1.0 : 0.0;
                one.found += labels[k] != 0 ? 1.0 : 0.0;
                one.reference += mask.data[k] != 0 ? 1.0 : 0.0;
            }
            qInfo("phantom %d: Dice %.3f", i, one.dice());
            pooled.both += one.both;
            pooled.found += one.found;
            pooled.reference += one.reference;
        }
        qInfo("phantom pooled: Dice %.3f", pooled.dice());
        QVERIFY(pooled.dice() > 0.62);
    }

    void framesWithoutLabelsKeepTheirDevices_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("first");
        QTest::addColumn<double>("leastPx");
        QTest::addColumn<double>("mostPx");
        // Frame 0 of the balloon cine is blank. The bounds are the devices' visible length and a third more.
        QTest::newRow("balloon") << "xa_rubo0004_17f_jpegbaseline.dcm" << 1 << 700.0 << 1250.0;
        QTest::newRow("catheter") << "xa_barre_catheter_12f_jpegll.dcm" << 0 << 700.0 << 1200.0;
    }

    void framesWithoutLabelsKeepTheirDevices()
    {
        QFETCH(QString, file);
        QFETCH(int, first);
        QFETCH(double, leastPx);
        QFETCH(double, mostPx);
        const auto path = test::realData("dicom") / file.toStdString();
        NEEDS_REAL_DATA(path);
        const auto sequence = openDicom(path);
        QVERIFY(sequence.has_value());
        RidgeSegmenter segmenter;
        for (int i = first; i < (*sequence)->info().frameCount; ++i) {
            const auto frame = (*sequence)->read(i);
            QVERIFY(frame.has_value());
            const auto found = segmenter.segment(**frame, (*sequence)->info(), {});
            QVERIFY(found.has_value());
            const double sum =
                found->foundLengthPx(WireClass::Catheter) + found->foundLengthPx(WireClass::Guidewire);
            QVERIFY2(sum > leastPx && sum < mostPx, qPrintable(QString("frame %1: %2 px").arg(i).arg(sum)));
        }
    }

    void blankFrameHasNoDevices()
    {
        const auto path = test::realData("dicom/xa_rubo0004_17f_jpegbaseline.dcm");
        NEEDS_REAL_DATA(path);
        const auto sequence = openDicom(path);
        QVERIFY(sequence.has_value());
        const auto frame = (*sequence)->read(0);
        QVERIFY(frame.has_value());
        const auto found = RidgeSegmenter().segment(**frame, (*sequence)->info(), {});
        QVERIFY(found.has_value());
        QVERIFY(found->curves.empty());
    }
};

QTEST_APPLESS_MAIN(TestRidgeReal)
#include "tst_ridge_real.moc"
