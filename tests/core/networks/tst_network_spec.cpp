// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"
#include "core/model/networks/network_spec.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>

using namespace fedefm;

namespace {

std::string complaintOf(const std::string& architecture, const nlohmann::json& values)
{
    const auto keys = stateKeys({architecture, values});
    return keys ? std::string() : keys.error().detail;
}

} // namespace

class TestNetworkSpec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theDeepWireNetIsTheStrongOnes()
    {
        std::ifstream file(FEDEFM_SOURCE_DIR "/resources/configs/wirenet_strong.json");
        const auto config = nlohmann::json::parse(file);
        const auto deep = officialSpec("wirenet", "deep");
        QVERIFY(deep);
        QVERIFY(deep->hyperParameters == config["model"]["hyper_parameters"]);
    }

    void namesAreSortedAndUnique()
    {
        const auto infos = architectures();
        QVERIFY(infos.size() >= 7);
        QVERIFY(std::is_sorted(infos.begin(), infos.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
        for (const ArchitectureInfo& info : infos) {
            QVERIFY(!info.variants.empty());
            QVERIFY2(officialSpec(info.name).has_value(), info.name.c_str());
        }
    }

    void nearestNameIgnoresCase()
    {
        QCOMPARE(nearestName("Unet", {"sam", "unet", "unet_bilinear"}), std::string("unet"));
        QCOMPARE(nearestName("n_clases", {"n_channels", "n_classes"}), std::string("n_classes"));
        QCOMPARE(nearestName("x", {}), std::string());
        const std::vector<std::string> known{"kind", "learning_rate"};
        QCOMPARE(knownNames("learnign_rate", known), std::string("the nearest known one is learning_rate"));
        QCOMPARE(knownNames("lr", known), std::string("known are kind, learning_rate"));
        QCOMPARE(knownNames("lr", {}), std::string("none is known"));
    }

    void unknownNamesNameTheNearest()
    {
        const auto spec = parseNetworkSpec({{"network", "transunt"}});
        QVERIFY(!spec);
        QCOMPARE(spec.error().code, ErrorCode::InvalidArgument);
        QVERIFY(spec.error().detail.find("nearest known one is transunet") != std::string::npos);
        const auto variant = officialSpec("unet", "ch1_cls3");
        QVERIFY(!variant);
        QVERIFY(variant.error().detail.find("'ch1_cls2'") != std::string::npos);
    }

    void specsAreRead()
    {
        const auto spec = parseNetworkSpec(
            {{"network", "unet"}, {"hyper_parameters", {{"n_classes", 5}}}, {"note", "left alone"}});
        QVERIFY(spec.has_value());
        QCOMPARE(spec->architecture, std::string("unet"));
        QCOMPARE(spec->hyperParameters["n_classes"].get<int>(), 5);
        QVERIFY(!parseNetworkSpec(nlohmann::json::array()));
        QVERIFY(!parseNetworkSpec({{"network", 3}}));
        QVERIFY(!parseNetworkSpec({{"network", "unet"}, {"hyper_parameters", "many"}}));
    }

    void hyperParametersAreChecked_data()
    {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* architecture, const char* values, const char* expected) {
            QTest::newRow(values) << QString(architecture) << QString(values) << QString(expected);
        };
        row("unet", R"({"n_clases":2})", "'n_classes'");
        row("unet", R"({"n_classes":"two"})", "n_classes is \"two\"");
        row("unet", R"({"n_classes":2.5})", "a whole number");
        row("unet", R"({"n_classes":0})", "a whole number from 1");
        row("unet", R"({"n_channels":-1})", "n_channels is -1");
        row("unet", R"({"bilinear":1})", "true or false");
        row("unet", R"({"channels":[4,8]})", "five entries");
        row("unet", R"({"channels":[0,0,0,0,0]})", "from 2");
        row("unet", R"({"base_channels":4,"channels":[5,10,20,40,80]})", "contradict");
        row("transunet", R"({"hidden_size":10,"num_heads":3})", "multiple of num_heads");
        row("transunet", R"({"resnet_width_factor":0.3})", "multiple of 32");
        row("transunet", R"({"n_skip":4})", "n_skip is 4");
        row("transunet", R"({"skip_channels":[1,2,3,4]})", "skip_channels");
        row("transunet", R"({"grid":[4,5]})", "grid");
        row("transunet", R"({"dropout_rate":1.0})", "[0, 1)");
        row("transunet", R"({"decoder_channels":[8]})", "four entries");
        row("transunet_vit", R"({"n_skip":1})", "n_skip must be 0");
        row("fedefm_medvit", R"({"pool":"max"})", "pool");
        row("lvm_med_resnet50", R"({"layers":[1,1,1]})", "four entries");
        row("lvm_med_resnet50", R"({"block":"basic"})", "bottleneck");
    }
    void hyperParametersAreChecked()
    {
        QFETCH(QString, architecture);
        QFETCH(QString, values);
        QFETCH(QString, expected);
        const std::string complaint =
            complaintOf(architecture.toStdString(), nlohmann::json::parse(values.toStdString()));
        QVERIFY2(complaint.find(expected.toStdString()) != std::string::npos, complaint.c_str());
    }

    void filesOfPythonAreRead()
    {
        QTemporaryDir folder;
        const std::string file = folder.filePath("config.json").toStdString();
        nlohmann::json written{{"text", "a \" NaN"}};
        std::string text = written.dump();
        text.back() = ',';
        std::ofstream(file) << text << "\"std\":NaN,\"most\":[-Infinity,Infinity]}";
        const auto config = readNetworkConfig(file);
        QVERIFY(config.has_value());
        QVERIFY((*config)["std"].is_null());
        QCOMPARE((*config)["most"].dump(), std::string("[null,null]"));
        QCOMPARE((*config)["text"].get<std::string>(), std::string("a \" NaN"));
        std::ofstream(file) << "{";
        QCOMPARE(readNetworkConfig(file).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readNetworkConfig(file + "x").error().code, ErrorCode::FileNotFound);
        QVERIFY(!readNetworkConfig(folder.path().toStdString()));
    }

    void dataEntriesAndNullsAreNoErrors()
    {
        QCOMPARE(
            complaintOf("unet", {{"input_shape", {1, 1, 8, 8}}, {"base_channels", 2}, {"channels", nullptr}}),
            std::string());
    }

    void countsFollowFromTheSizes()
    {
        // Convolutions, normalisations and up-sampling of base 2, one channel, two classes, by hand.
        const auto block = [](int in, int out) { return 9 * in * out + 9 * out * out + 4 * out; };
        const int down = block(1, 2) + block(2, 4) + block(4, 8) + block(8, 16) + block(16, 32);
        const auto up = [&](int in) { return in * in / 2 * 4 + in / 2 + block(in, in / 2); };
        const long long expected = down + up(32) + up(16) + up(8) + up(4) + 2 * 2 + 2;
        QCOMPARE(parameterCount({"unet", {{"n_channels", 1}, {"base_channels", 2}}}).value_or(0), expected);
    }
};

QTEST_APPLESS_MAIN(TestNetworkSpec)
#include "tst_network_spec.moc"
