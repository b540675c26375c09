// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/simulated_cine.h"

#include "core/simulate/plane_filters.h"
#include "core/simulate/scene.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <thread>

using namespace fedefm;

namespace {

std::shared_ptr<const SimulatedCine> make(const std::string& preset, int size, int frames, std::uint64_t seed)
{
    return *SimulatedCine::create({preset, size, frames, seed});
}

bool sameFrames(const Frame& a, const Frame& b)
{
    return a.byteCount() == b.byteCount() && std::memcmp(a.bytes(), b.bytes(), a.byteCount()) == 0;
}

double edgeDistance(const Polyline& line, double x, double y)
{
    return distanceTo(line, {x, y});
}

} // namespace

class TestSimulatedCine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allPresetsWorkAtAllSizes_data()
    {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<int>("size");
        for (const std::string& preset : simulationPresets())
            for (const int size : {64, 100, 257, 512})
                QTest::addRow("%s %d", preset.c_str(), size) << QString::fromStdString(preset) << size;
    }

    void allPresetsWorkAtAllSizes()
    {
        QFETCH(QString, preset);
        QFETCH(int, size);
        int labelled = 0;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const auto cine = make(preset.toStdString(), size, 2, seed);
            const SequenceInfo& info = cine->info();
            QCOMPARE(info.width, size);
            QCOMPARE(info.height, size);
            QCOMPARE(info.frameCount, 2);
            const FramePtr frame = *cine->read(1);
            QCOMPARE(frame->width(), size);
            QVERIFY(frame->type() == info.pixelType);
            const SimulatedTruth truth = *cine->truth(1);
            QCOMPARE(truth.labels.size(), static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
            for (const std::uint8_t label : truth.labels) {
                QVERIFY(label <= 2);
                labelled += label > 0 ? 1 : 0;
            }
            QVERIFY(!truth.catheter.empty());
            QCOMPARE(truth.catheter.size(), truth.catheterMm.size());
        }
        QVERIFY2(labelled > 3 * size / 8, qPrintable(QString::number(labelled)));
    }

    void sourceTypesSufficeForTheFoundationTask()
    {
        QVERIFY(simulationPresets().size() >= 6);
        for (const char* name : {"human", "animal", "phantom", "simulation", "coronary"})
            QVERIFY(findSourcePreset(name) != nullptr);
    }

    void isAPureFunctionOfSettingsAndIndex()
    {
        const auto first = make("human", 128, 4, 7);
        const auto second = make("human", 128, 4, 7);
        const FramePtr later = *first->read(3);
        const FramePtr a = *first->read(1);
        QVERIFY(sameFrames(*a, **second->read(1)));
        QVERIFY(!sameFrames(*a, *later));
        QVERIFY(first->truth(2)->labels == second->truth(2)->labels);
        QVERIFY(!sameFrames(*a, **make("human", 128, 4, 8)->read(1)));
        QVERIFY(!sameFrames(*a, **make("coronary", 128, 4, 7)->read(1)));
    }

    void framesComeFromSeveralThreads()
    {
        const auto cine = make("phantom", 128, 8, 3);
        std::vector<FramePtr> once(8);
        for (int i = 0; i < 8; ++i)
            once[static_cast<std::size_t>(i)] = *cine->read(i);
        std::vector<FramePtr> again(8);
        const auto work = [&](int start) {
            for (int i = start; i < 8; i += 2)
                again[static_cast<std::size_t>(i)] = *cine->read(i);
        };
        std::thread other(work, 1);
        work(0);
        other.join();
        for (std::size_t i = 0; i < 8; ++i)
            QVERIFY(sameFrames(*once[i], *again[i]));
    }

    void pixelsUnderTheLabelAreDarker()
    {
        int darker = 0;
        int total = 0;
        for (const std::string& preset : simulationPresets())
            for (std::uint64_t seed = 1; seed <= 6; ++seed) {
                const Scene scene(*findSourcePreset(preset), 256, 1, seed);
                const SimulatedTruth truth = scene.truth(0);
                const FloatPlane light = scene.chain().primary(scene.attenuation(0));
                const Polyline line = resample(truth.catheter, 1.0);
                const double side = 0.5 * truth.catheterWidthPx + 2.0;
                for (std::size_t i = 6; i + 6 < line.size(); i += 5) {
                    const double dx = line[i + 3].x - line[i - 3].x;
                    const double dy = line[i + 3].y - line[i - 3].y;
                    const double length = std::hypot(dx, dy);
                    const Point n{-dy / length * side, dx / length * side};
                    const auto inside = [&](double x, double y) {
                        return x > 4 && y > 4 && x < 251 && y < 251 &&
                               scene.chain().light().sample(x, y) > 0.95F;
                    };
                    if (!inside(line[i].x + n.x, line[i].y + n.y) ||
                        !inside(line[i].x - n.x, line[i].y - n.y))
                        continue;
                    const float beside = 0.5F * (light.sample(line[i].x + n.x, line[i].y + n.y) +
                                                 light.sample(line[i].x - n.x, line[i].y - n.y));
                    // A hollow catheter is darkest at its walls.
                    const double wall = 0.38 * truth.catheterWidthPx / side;
                    const float under =
                        std::min({light.sample(line[i].x, line[i].y),
                                  light.sample(line[i].x + wall * n.x, line[i].y + wall * n.y),
                                  light.sample(line[i].x - wall * n.x, line[i].y - wall * n.y)});
                    darker += under < beside ? 1 : 0;
                    ++total;
                }
            }
        QVERIFY(total > 300);
        QVERIFY2(darker > 0.9 * total, qPrintable(QString("%1 of %2").arg(darker).arg(total)));
    }

    void curvesRunInTheMiddleOfTheirLabels()
    {
        const auto cine = make("simulation", 512, 1, 5);
        const SimulatedTruth truth = *cine->truth(0);
        for (int y = 0; y < 512; ++y)
            for (int x = 0; x < 512; ++x) {
                const std::uint8_t label = truth.labels[static_cast<std::size_t>(y) * 512 + x];
                if (label == 2)
                    QVERIFY(edgeDistance(truth.guidewire, x, y) <= 0.75 * truth.guidewireWidthPx + 0.5);
                if (label == 1 && truth.furtherCatheters.empty())
                    QVERIFY(edgeDistance(truth.catheter, x, y) <= 0.75 * truth.catheterWidthPx + 0.5);
            }
    }

    void theWireBeginsAtTheCathetersTip()
    {
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            const SimulatedTruth truth = *make("phantom", 256, 1, seed)->truth(0);
            if (truth.guidewire.empty())
                continue;
            QVERIFY(std::hypot(truth.guidewire.front().x - truth.catheter.back().x,
                               truth.guidewire.front().y - truth.catheter.back().y) < 0.01);
            QVERIFY(norm(truth.guidewireMm.front() - truth.catheterMm.back()) < 0.01);
        }
    }

    void furtherCathetersMayEndInThePicture_data()
    {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<bool>("someEnd");
        QTest::newRow("crossing") << "human" << false;
        QTest::newRow("crossing and ending") << "intervention" << true;
    }

    void furtherCathetersMayEndInThePicture()
    {
        QFETCH(QString, preset);
        QFETCH(bool, someEnd);
        int further = 0;
        int ended = 0;
        for (std::uint64_t seed = 1; seed <= 24; ++seed) {
            const SimulatedTruth truth = *make(preset.toStdString(), 128, 1, seed)->truth(0);
            for (const FurtherCatheter& catheter : truth.furtherCatheters) {
                ++further;
                QVERIFY(catheter.widthPx > 0.4);
                if (!catheter.tipInside)
                    continue;
                ++ended;
                const auto x = static_cast<std::size_t>(std::lround(catheter.line.back().x));
                const auto y = static_cast<std::size_t>(std::lround(catheter.line.back().y));
                QVERIFY(truth.labels[y * 128 + x] != 0);
            }
        }
        QVERIFY(further > 3);
        QVERIFY2(someEnd ? 5 * ended > further && ended < further : ended == 0,
                 qPrintable(QString("%1 of %2").arg(ended).arg(further)));
    }

    void nothingIsLabelledOutsideOfTheCollimator()
    {
        int covered = 0;
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            const Scene scene(*findSourcePreset("human"), 128, 1, seed);
            const SimulatedTruth truth = scene.truth(0);
            for (std::size_t i = 0; i < truth.labels.size(); ++i)
                if (scene.chain().light().values[i] < 0.3F) {
                    ++covered;
                    QCOMPARE(int(truth.labels[i]), 0);
                }
        }
        QVERIFY(covered > 1000);
    }

    /// Real frames have no labelled pixel at black (`cathaction_phantom`, `xa_wires`).
    void theDisplayKeepsInstrumentsFromBlack()
    {
        constexpr int kSize = 384; // small pictures are blurred too much to become black
        int labelled = 0;
        int black = 0;
        for (const std::string& preset : simulationPresets())
            for (std::uint64_t seed = 1; seed <= 8; ++seed) {
                const auto cine = make(preset, kSize, 1, seed);
                const SimulatedTruth truth = *cine->truth(0);
                const FramePtr frame = *cine->read(0);
                const int darkest = (1 << cine->info().bitsStored) / 256;
                for (int i = 0; i < kSize * kSize; ++i)
                    if (truth.labels[static_cast<std::size_t>(i)] != 0) {
                        ++labelled;
                        black += frame->valueAt(i % kSize, i / kSize) <= darkest ? 1 : 0;
                    }
            }
        QVERIFY(labelled > 5000);
        QVERIFY2(black < 0.02 * labelled, qPrintable(QStringLiteral("%1 of %2").arg(black).arg(labelled)));
    }

    void actionsNameTheMove()
    {
        int moves = 0;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const auto cine = make("phantom", 64, 40, seed);
            for (int i = 1; i < 40; ++i) {
                const SimulatedTruth before = *cine->truth(i - 1);
                const SimulatedTruth now = *cine->truth(i);
                const auto length = [](const std::vector<Point3>& line) {
                    double sum = 0.0;
                    for (std::size_t k = 1; k < line.size(); ++k)
                        sum += norm(line[k] - line[k - 1]);
                    return sum;
                };
                const double catheter = length(now.catheterMm) - length(before.catheterMm);
                switch (now.action) {
                case DeviceAction::AdvanceCatheter:
                    QVERIFY(catheter > 0.02);
                    ++moves;
                    break;
                case DeviceAction::RetractCatheter:
                    QVERIFY(catheter < -0.02);
                    ++moves;
                    break;
                case DeviceAction::Rest:
                    QVERIFY(std::abs(catheter) < 0.05);
                    break;
                default:
                    break;
                }
            }
        }
        QVERIFY(moves > 5);
        QCOMPARE(QString(deviceActionName(DeviceAction::RetractGuidewire)), QString("retract_guidewire"));
    }

    void infoSaysWhatItIs()
    {
        const auto cine = make("animal", 256, 5, 2);
        const SequenceInfo& info = cine->info();
        QCOMPARE(QString::fromStdString(info.kind), QString("generated"));
        QCOMPARE(QString::fromStdString(info.modality), QString("XA"));
        QVERIFY(info.identity.patientName.find("Simulated") == 0);
        QVERIFY(info.spacing.kind == SpacingKind::Detector);
        QCOMPARE(info.angles.size(), std::size_t(1));
        QCOMPARE(info.timing.frameTimesMs.size(), std::size_t(5));
    }

    void wrongSettingsAreErrors()
    {
        const auto unknown = SimulatedCine::create({"humam", 128, 1, 1});
        QVERIFY(!unknown);
        QVERIFY(unknown.error().code == ErrorCode::InvalidArgument);
        QVERIFY(unknown.error().detail.find("human") != std::string::npos);
        for (const int size : {0, 63, 2049})
            QVERIFY(!SimulatedCine::create({"human", size, 1, 1}));
        for (const int frames : {0, -1, 10001})
            QVERIFY(!SimulatedCine::create({"human", 128, frames, 1}));
        const auto cine = make("human", 64, 2, 1);
        QVERIFY(cine->read(2).error().code == ErrorCode::OutOfRange);
        QVERIFY(cine->truth(-1).error().code == ErrorCode::OutOfRange);
    }
};

QTEST_APPLESS_MAIN(TestSimulatedCine)
#include "tst_simulated_cine.moc"
