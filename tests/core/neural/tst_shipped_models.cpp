// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "core/geometry/curve_matching.h"
#include "core/image/picture_sequence.h"
#include "core/model/model_card.h"
#include "core/model/model_input.h"
#include "core/model/networks/torchscript_private.h"
#include "core/model/torch/network_segmenter.h"
#include "core/simulate/simulated_cine.h"
#include "test_data.h"

#include <QtTest>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

using namespace fedefm;

namespace fs = std::filesystem;

namespace {

const fs::path kModels = fs::path(FEDEFM_SOURCE_DIR) / "resources" / "models";

struct Overlap
{
    double both = 0.0;
    double found = 0.0;
    double reference = 0.0;

    void add(const std::vector<std::uint8_t>& foundLabels, const std::uint8_t* referenceLabels)
    {
        for (std::size_t i = 0; i < foundLabels.size(); ++i) {
            both += foundLabels[i] != 0 && referenceLabels[i] != 0 ? 1.0 : 0.0;
            found += foundLabels[i] != 0 ? 1.0 : 0.0;
            reference += referenceLabels[i] != 0 ? 1.0 : 0.0;
        }
    }
    double dice() const { return 2.0 * both / std::max(1.0, found + reference); }
};

std::string cardTextOf(const fs::path& weights)
{
    std::ifstream stream(fs::path(weights).replace_extension(".json"));
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<Polyline> linesIn(const nlohmann::json& reference)
{
    std::vector<Polyline> lines;
    for (const auto& curve : reference.at("curves")) {
        Polyline& line = lines.emplace_back();
        for (const auto& point : curve.at("points"))
            line.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
    }
    return lines;
}

std::vector<Polyline> linesOf(const Segmentation& found)
{
    std::vector<Polyline> lines;
    for (const WireCurve& curve : found.curves)
        lines.push_back(curve.points);
    return lines;
}

/// Dice of what is marked in a simulated frame and in its mirror image.
double mirrorAgreement(Segmenter& segmenter)
{
    const auto cine = SimulatedCine::create({"human", 384, 2, 9001});
    const FramePtr frame = *(*cine)->read(1);
    const int width = frame->width(), height = frame->height();
    std::vector<std::uint16_t> plain(static_cast<std::size_t>(width) * height), mirrored(plain.size());
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto value = static_cast<std::uint16_t>(frame->valueAt(x, y));
            plain[static_cast<std::size_t>(y * width + x)] = value;
            mirrored[static_cast<std::size_t>(y * width + width - 1 - x)] = value;
        }
    const auto labelsOf = [&](const std::vector<std::uint16_t>& values) {
        std::vector<std::uint8_t> bytes(2 * values.size());
        std::memcpy(bytes.data(), values.data(), bytes.size());
        const Frame seen(width, height, 1, PixelType::U16, std::move(bytes));
        const auto found = segmenter.segment(seen, (*cine)->info(), {});
        return found ? found->labelImage() : std::vector<std::uint8_t>(values.size(), 0);
    };
    const auto labels = labelsOf(plain), other = labelsOf(mirrored);
    double both = 0.0, all = 0.0;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int here = labels[static_cast<std::size_t>(y * width + x)] > 0 ? 1 : 0;
            const int there = other[static_cast<std::size_t>(y * width + width - 1 - x)] > 0 ? 1 : 0;
            both += here * there;
            all += here + there;
        }
    return all > 0.0 ? 2.0 * both / all : 0.0;
}

} // namespace

/// The weights in resources/models keep what their cards say. The floors stand below the measured values, so
/// that a worse model, or a change of the input's preparation, is seen.
class TestShippedModels : public QObject
{
    Q_OBJECT

private:
    static void everyModel()
    {
        QTest::addColumn<QString>("id");
        for (const char* id : {"wirenet-fast", "wirenet-strong"})
            QTest::newRow(id) << id;
    }

    std::unique_ptr<Segmenter> open(const QString& id)
    {
        const fs::path weights = kModels / (id.toStdString() + ".safetensors");
        auto segmenter = openNetworkFile(weights, cardTextOf(weights));
        if (!segmenter)
            qWarning("%s", describe(segmenter.error()).c_str());
        return segmenter ? std::move(*segmenter) : nullptr;
    }

private Q_SLOTS:
    void cardsAreComplete_data()
    {
        everyModel();
        QTest::newRow("wirenet-wide") << "wirenet-wide"; // for other trainings to begin with
    }
    void cardsAreComplete()
    {
        QFETCH(QString, id);
        const fs::path weights = kModels / (id.toStdString() + ".safetensors");
        QVERIFY(fs::file_size(weights) < 12'000'000);
        const auto card = nlohmann::json::parse(cardTextOf(weights));
        for (const char* key :
             {"id", "name", "network", "licence", "limits", "training", "config", "seed", "metrics"})
            QVERIFY2(card.contains(key), key);
        QVERIFY(fs::exists(fs::path(FEDEFM_SOURCE_DIR) / card["config"].get<std::string>()));
        for (const char* key : {"simulated_test", "cathaction_phantom", "xa_wires"})
            QVERIFY2(card["metrics"].contains(key), key);
    }

    void foundationIsABeginning()
    {
        const fs::path weights = kModels / "foundation-transunet.safetensors";
        QVERIFY(fs::file_size(weights) < 12'000'000);
        const std::string text = cardTextOf(weights);
        QVERIFY(parseModelCard(text, "").card.role == ModelRole::Foundation);
        const auto card = nlohmann::json::parse(text);
        for (const char* key : {"licence", "limits", "training", "config", "seed", "session", "metrics"})
            QVERIFY2(card.contains(key), key);
        std::map<std::string, double> sums;
        for (const auto& row : card["metrics"]["downstream_percent"])
            sums[row["beginning"]] += row["dice"].at(0).get<double>();
        QVERIFY(sums.at("masks") > sums.at("random"));
        const auto segmenter = openNetworkFile(weights, text);
        QVERIFY2(segmenter, segmenter ? "" : describe(segmenter.error()).c_str());
    }

    void unseenSimulatedFrames_data() { everyModel(); }
    void unseenSimulatedFrames()
    {
        QFETCH(QString, id);
        const auto segmenter = open(id);
        QVERIFY(segmenter);
        Overlap pooled;
        for (const char* preset : {"human", "phantom", "animal", "simulation"})
            for (std::uint64_t seed : {9001U, 9002U}) {
                const auto cine = SimulatedCine::create({preset, 384, 2, seed});
                QVERIFY(cine.has_value());
                const auto frame = (*cine)->read(1);
                const auto truth = (*cine)->truth(1);
                const auto found = segmenter->segment(**frame, (*cine)->info(), {});
                QVERIFY2(found.has_value(), found ? "" : describe(found.error()).c_str());
                pooled.add(found->labelImage(), truth->labels.data());
            }
        qInfo("%s: Dice %.3f on simulated frames", qPrintable(id), pooled.dice());
        QVERIFY(pooled.dice() > 0.65);
    }

    /// A single look sees left and right with other eyes.
    void viewsAreAveraged()
    {
        const fs::path weights = kModels / "wirenet-fast.safetensors";
        const auto withViews = [&weights](const char* views) {
            auto card = nlohmann::json::parse(cardTextOf(weights));
            card["input"]["views"] = nlohmann::json::parse(views);
            return openNetworkFile(weights, card.dump());
        };
        const auto once = withViews("[]"), twice = withViews(R"([{}, {"mirror": "x"}])");
        QVERIFY(once && twice);
        const double oneSided = mirrorAgreement(**once), evenHanded = mirrorAgreement(**twice);
        qInfo("Dice of a frame and its mirror image: %.4f by one look, %.4f by two", oneSided, evenHanded);
        QVERIFY(oneSided > 0.5 && oneSided < 0.99);
        QVERIFY(evenHanded > 0.99);
    }

    /// What docs/adr/0011 says of bfloat16.
    void precisionHardlyChangesTheMask_data() { everyModel(); }
    void precisionHardlyChangesTheMask()
    {
        if (!hasBfloat16(torch::kCPU))
            QSKIP("this processor does not compute in bfloat16");
        QFETCH(QString, id);
        const fs::path weights = kModels / (id.toStdString() + ".safetensors");
        const auto spec = parseNetworkSpec(nlohmann::json::parse(cardTextOf(weights)));
        const auto file = readTensorFile(weights);
        QVERIFY(spec && file);
        const auto network = makeNetwork(*spec);
        QVERIFY(network && loadState(**network, *file, id.toStdString()));
        auto full = frozenForInference(**network, {1, 1, 384, 384}, Precision::Float32);
        auto reduced = frozenForInference(**network, {1, 1, 384, 384}, Precision::Bfloat16);
        QVERIFY(full && reduced);
        const torch::InferenceMode noGradient;
        double differing = 0.0;
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            const auto cine = SimulatedCine::create({"human", 384, 1, seed});
            ModelInput input = prepareInput(**(*cine)->read(0), (*cine)->info(), {});
            const torch::Tensor picture = torch::from_blob(input.values.data(), {1, 1, 384, 384});
            const auto labels = [&picture](torch::jit::Module& module) {
                return module.forward({picture}).toTensor().argmax(1);
            };
            differing += (labels(*full) != labels(*reduced)).to(torch::kFloat).mean().item<double>() / 4;
        }
        qInfo("%s: %.4f %% of the pixels differ", qPrintable(id), 100.0 * differing);
        QVERIFY(differing < 0.001);
    }

    void pooledDiceOfThePhantom_data() { everyModel(); }
    void pooledDiceOfThePhantom()
    {
        QFETCH(QString, id);
        const auto folder = test::realData("seg/cathaction_phantom");
        NEEDS_REAL_DATA(folder);
        const auto segmenter = open(id);
        QVERIFY(segmenter);
        Overlap pooled;
        for (int i = 1; i <= 6; ++i) {
            const std::string stem = (folder / ("phantom_seq_" + std::to_string(i))).string();
            const auto picture = openPicture(stem + ".png");
            const auto mask = openPicture(stem + "_mask.png");
            QVERIFY(picture.has_value() && mask.has_value());
            const auto frame = (*picture)->read(0);
            const auto labels = (*mask)->read(0);
            QVERIFY(frame.has_value() && labels.has_value());
            const auto found = segmenter->segment(**frame, (*picture)->info(), {});
            QVERIFY(found.has_value());
            pooled.add(found->labelImage(), (*labels)->data<std::uint8_t>());
        }
        qInfo("%s: pooled Dice %.3f on the phantom", qPrintable(id), pooled.dice());
        QVERIFY(pooled.dice() > (id == "wirenet-strong" ? 0.68 : 0.6));
    }

    void centreLinesOfXaFrames_data() { everyModel(); }
    void centreLinesOfXaFrames()
    {
        QFETCH(QString, id);
        const auto folder = test::realData("seg/xa_wires");
        NEEDS_REAL_DATA(folder);
        const auto segmenter = open(id);
        QVERIFY(segmenter);
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".json")
                continue;
            std::ifstream stream(entry.path());
            const auto reference = nlohmann::json::parse(stream);
            const auto sequence =
                openDicom(test::realData("dicom") / reference.at("source").get<std::string>());
            QVERIFY(sequence.has_value());
            const auto frame = (*sequence)->read(reference.at("frame_index").get<int>());
            QVERIFY(frame.has_value());
            const auto found = segmenter->segment(**frame, (*sequence)->info(), {});
            QVERIFY(found.has_value());
            const CenterlineScore score = scoreCenterlines(linesOf(*found), linesIn(reference), 3.0);
            qInfo("%s, %s: precision %.3f recall %.3f at 3 px", qPrintable(id), entry.path().stem().c_str(),
                  score.precision, score.recall);
            QVERIFY(score.precision >= 0.6);
            QVERIFY(score.recall >= (id == "wirenet-strong" ? 0.7 : 0.5));
        }
    }
};

QTEST_APPLESS_MAIN(TestShippedModels)
#include "tst_shipped_models.moc"
