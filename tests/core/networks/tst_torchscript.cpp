// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/torchscript_export.h"
#include "core/model/networks/torchscript_private.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace fedefm;

namespace {

NetworkPtr network(const std::string& architecture, const nlohmann::json& values)
{
    torch::manual_seed(3);
    auto made = makeNetwork({architecture, values});
    if (!made)
        return nullptr;
    // Fresh running statistics would hide a batch norm in the wrong mode.
    for (auto& buffer : (*made)->named_buffers())
        if (buffer.value().is_floating_point())
            buffer.value().uniform_(0.5, 1.5);
    // Scales that begin at 0 would hide what they scale.
    const torch::NoGradGuard noGradients;
    for (torch::Tensor& parameter : (*made)->parameters())
        if (parameter.dim() == 1)
            parameter.uniform_(0.5, 1.5);
    return *made;
}

const nlohmann::json kSmallUnet{{"n_channels", 1}, {"n_classes", 2}, {"base_channels", 2}};
const nlohmann::json kSmallVit{{"img_size", 64}, {"embed_dim", 8},   {"depth", 1},
                               {"num_heads", 2}, {"mlp_ratio", 2.0}, {"decoder_channels", {2, 2, 2, 2}}};

torch::Tensor evaluated(Network& network, const torch::Tensor& input)
{
    const torch::NoGradGuard noGradients;
    network.eval();
    return network.forward(input);
}

double largestDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return a.sizes() == b.sizes() ? (a - b).abs().max().item<double>() : 1e9;
}

} // namespace

class TestTorchScript : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exportsStateAndResults_data();
    void exportsStateAndResults();
    void pythonRunsIt();
    void frozenAgrees_data();
    void frozenAgrees();
    void reducedPrecisionIsClose_data();
    void reducedPrecisionIsClose();
    void frozenTakesLargePictures_data();
    void frozenTakesLargePictures();
    void precisionFollowsTheNetwork();
    void keepsTrainingMode();
    void refusesWrongSizes();

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }
};

void TestTorchScript::exportsStateAndResults_data()
{
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("values");
    QTest::addColumn<int>("channels");
    QTest::addColumn<bool>("otherSizes");
    QTest::newRow("unet") << "unet" << QString::fromStdString(kSmallUnet.dump()) << 1 << true;
    QTest::newRow("bilinear unet") << "unet"
                                   << R"({"n_channels": 1, "base_channels": 2, "bilinear": true})" << 1
                                   << true;
    QTest::newRow("wirenet") << "wirenet"
                             << R"({"widths": [16, 16, 16], "depths": [1, 1, 1]})" << 1 << true;
    QTest::newRow("vit_seg") << "vit_seg" << QString::fromStdString(kSmallVit.dump()) << 3 << false;
}

void TestTorchScript::exportsStateAndResults()
{
    QFETCH(QString, architecture);
    QFETCH(QString, values);
    QFETCH(int, channels);
    QFETCH(bool, otherSizes);
    const NetworkPtr made = network(architecture.toStdString(), nlohmann::json::parse(values.toStdString()));
    QVERIFY(made);
    const auto file = path("net.pt");
    const auto report =
        exportTorchScript(*made, {1, channels, 64, 64}, file, {{"id", "small"}}, Overwrite::Yes);
    QVERIFY2(report.has_value(), report ? "" : report.error().detail.c_str());
    QCOMPARE(report->takesOtherSizes, otherSizes);

    const auto read = readTensorFile(file);
    QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
    const TensorFile state = toTensorFile(*made);
    QCOMPARE(read->tensors.size(), state.tensors.size());
    for (const auto& [name, tensor] : state.tensors) {
        QVERIFY2(read->tensors.count(name) == 1, name.c_str());
        QVERIFY(torch::equal(toTensor(read->tensors.at(name)), toTensor(tensor)));
    }
    torch::jit::ExtraFilesMap extra{{"card.json", ""}};
    torch::jit::Module loaded = torch::jit::load(file.string(), torch::kCPU, extra);
    nlohmann::json card{{"id", "small"},
                        {"input", {{"channels", channels}}},
                        {"traced_shape", {1, channels, 64, 64}},
                        {"other_sizes", otherSizes}};
    if (!otherSizes) // those who run it scale to what it takes
        card["input"].update({{"size_px", 64}, {"multiple", 1}});
    QVERIFY(nlohmann::json::parse(extra["card.json"]) == card);
    const torch::Tensor input = torch::rand({1, channels, 64, 64});
    QVERIFY(largestDifference(loaded.forward({input}).toTensor(), evaluated(*made, input)) < 1e-5);
    QCOMPARE(exportTorchScript(*made, {1, channels, 64, 64}, file, {}, Overwrite::No).error().code,
             ErrorCode::FileExists);
}

void TestTorchScript::pythonRunsIt()
{
    const NetworkPtr made = network("unet", kSmallUnet);
    QVERIFY(exportTorchScript(*made, {1, 1, 64, 64}, path("python.pt"), {}, Overwrite::Yes).has_value());
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    process.start("/usr/bin/python3",
                  {"-c", "import torch\nm = torch.jit.load('python.pt')\n"
                         "x = torch.linspace(0, 1, 96 * 128).reshape(1, 1, 96, 128)\n"
                         "print(len(m.state_dict()), len(list(m.parameters())), list(m.state_dict())[0])\n"
                         "print(m(x).detach().double().abs().sum().item())\n"});
    process.waitForFinished(60000);
    const QString errors = process.readAllStandardError();
    if (process.error() == QProcess::FailedToStart || errors.contains("No module named"))
        QSKIP("python3-torch is not here");
    const QStringList lines = QString(process.readAllStandardOutput()).split('\n');
    QVERIFY2(lines.size() == 3, qPrintable(errors));
    QCOMPARE(
        lines[0],
        QString("%1 %2 inc.double_conv.0.weight").arg(stateOf(*made).size()).arg(made->parameters().size()));
    const torch::Tensor input = torch::linspace(0, 1, 96 * 128).reshape({1, 1, 96, 128});
    const double expected = evaluated(*made, input).to(torch::kDouble).abs().sum().item<double>();
    QVERIFY(std::abs(lines[1].toDouble() - expected) < 1e-4 * expected);
}

void TestTorchScript::frozenAgrees_data()
{
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("values");
    QTest::addColumn<int>("channels");
    QTest::newRow("unet") << "unet" << QString::fromStdString(kSmallUnet.dump()) << 1;
    QTest::newRow("wirenet") << "wirenet"
                             << R"({"widths": [16, 16, 16], "depths": [1, 1, 1]})" << 1;
    QTest::newRow("vit_seg") << "vit_seg" << QString::fromStdString(kSmallVit.dump()) << 3;
}

void TestTorchScript::frozenAgrees()
{
    QFETCH(QString, architecture);
    QFETCH(QString, values);
    QFETCH(int, channels);
    const NetworkPtr made = network(architecture.toStdString(), nlohmann::json::parse(values.toStdString()));
    QVERIFY(made);
    const auto before = toTensorFile(*made);
    auto frozen = frozenForInference(*made, {1, channels, 64, 64});
    QVERIFY2(frozen.has_value(), frozen ? "" : frozen.error().detail.c_str());
    const torch::NoGradGuard noGradients;
    for (int i = 0; i < 4; ++i) { // the first runs compile
        const torch::Tensor input = torch::rand({1, channels, 64, 64});
        QVERIFY(largestDifference(frozen->forward({input}).toTensor(), evaluated(*made, input)) < 1e-4);
    }
    for (const auto& [name, tensor] : toTensorFile(*made).tensors)
        QVERIFY2(torch::equal(toTensor(tensor), toTensor(before.tensors.at(name))), name.c_str());
    // Later changes of the network do not reach it.
    const torch::Tensor input = torch::rand({1, channels, 64, 64});
    const torch::Tensor expected = frozen->forward({input}).toTensor().clone();
    for (auto& parameter : made->parameters())
        parameter.zero_();
    QCOMPARE(largestDifference(frozen->forward({input}).toTensor(), expected), 0.0);
}

void TestTorchScript::reducedPrecisionIsClose_data()
{
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("values");
    QTest::newRow("unet") << "unet" << QString::fromStdString(kSmallUnet.dump());
    QTest::newRow("wirenet") << "wirenet"
                             << R"({"widths": [16, 16, 16], "depths": [1, 1, 1]})";
}

void TestTorchScript::reducedPrecisionIsClose()
{
    if (!hasBfloat16(torch::kCPU))
        QSKIP("this processor does not compute in bfloat16, so nothing is asked to");
    QFETCH(QString, architecture);
    QFETCH(QString, values);
    const NetworkPtr made = network(architecture.toStdString(), nlohmann::json::parse(values.toStdString()));
    QVERIFY(made);
    auto frozen = frozenForInference(*made, {1, 1, 64, 64}, Precision::Bfloat16);
    QVERIFY2(frozen.has_value(), frozen ? "" : frozen.error().detail.c_str());
    const torch::NoGradGuard noGradients;
    for (int i = 0; i < 4; ++i) {
        const torch::Tensor input = torch::rand({1, 1, 64, 64});
        const torch::Tensor logits = frozen->forward({input}).toTensor();
        QVERIFY(logits.scalar_type() == torch::kFloat);
        const torch::Tensor expected = evaluated(*made, input);
        const double scale = expected.abs().max().item<double>();
        const double difference = largestDifference(logits, expected);
        QVERIFY2(difference < 0.03 * scale, qPrintable(QString::number(difference / scale)));
        QVERIFY2(difference > 0.0, "it computes in float32");
    }
}

void TestTorchScript::frozenTakesLargePictures_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("traced at a smaller size") << 512 << 768;
    QTest::newRow("padded inside of the network") << 300 << 280;
}

void TestTorchScript::frozenTakesLargePictures()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const NetworkPtr made = network("unet", kSmallUnet);
    QVERIFY(made);
    auto frozen = frozenForInference(*made, {1, 1, height, width});
    QVERIFY2(frozen.has_value(), frozen ? "" : frozen.error().detail.c_str());
    const torch::NoGradGuard noGradients;
    const torch::Tensor input = torch::rand({1, 1, height, width});
    QVERIFY(largestDifference(frozen->forward({input}).toTensor(), evaluated(*made, input)) < 1e-4);
}

void TestTorchScript::precisionFollowsTheNetwork()
{
    const NetworkPtr attention = network("vit_seg", kSmallVit);
    const NetworkPtr convolutions = network("unet", kSmallUnet);
    QVERIFY(attention && convolutions);
    QVERIFY(inferencePrecision(*attention) == Precision::Float32);
    QCOMPARE(inferencePrecision(*convolutions) == Precision::Bfloat16, hasBfloat16(torch::kCPU));
}

void TestTorchScript::keepsTrainingMode()
{
    const NetworkPtr made = network("unet", kSmallUnet);
    made->train();
    QVERIFY(tracedModule(*made, {1, 1, 32, 32}).has_value());
    QVERIFY(made->is_training());
    made->eval();
    QVERIFY(tracedModule(*made, {1, 1, 32, 32}).has_value());
    QVERIFY(!made->is_training());
}

void TestTorchScript::refusesWrongSizes()
{
    const NetworkPtr made = network("unet", kSmallUnet);
    const auto channels = exportTorchScript(*made, {1, 3, 64, 64}, path("no.pt"), {}, Overwrite::Yes);
    QVERIFY(!channels.has_value());
    QCOMPARE(channels.error().code, ErrorCode::InvalidArgument);
    QVERIFY(!exportTorchScript(*made, {1, 64, 64}, path("no.pt"), {}, Overwrite::Yes).has_value());
    QVERIFY(!std::filesystem::exists(path("no.pt")));
}

QTEST_GUILESS_MAIN(TestTorchScript)
#include "tst_torchscript.moc"
