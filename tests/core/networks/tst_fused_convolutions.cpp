// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/fused_convolutions_private.h"
#include "core/model/networks/fused_shuffles_private.h"
#include "core/model/networks/fused_upsampling_private.h"
#include "core/model/networks/torchscript_export.h"
#include "core/model/networks/torchscript_private.h"

#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <thread>

using namespace fedefm;

namespace {

/// Largest difference as a part of the largest value.
double relativeDifference(const torch::Tensor& a, const torch::Tensor& expected)
{
    if (a.sizes() != expected.sizes())
        return 1e9;
    const torch::Tensor exact = expected.to(torch::kDouble);
    return ((a.to(torch::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

torch::Tensor exactConvolution(const FusedConvolution& shape, const torch::Tensor& input,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& residual = {})
{
    torch::Tensor result = torch::conv2d(input.to(torch::kDouble), weight.to(torch::kDouble),
                                         bias.to(torch::kDouble), shape.stride, shape.kernel / 2);
    if (residual.defined())
        result = result + residual;
    return shape.rectify ? result.relu() : result;
}

FusedConvolution shaped(std::int64_t inputs, std::int64_t outputs)
{
    FusedConvolution shape;
    shape.inputs = inputs;
    shape.outputs = outputs;
    return shape;
}

torch::Tensor randomWeight(const FusedConvolution& shape)
{
    return torch::randn({shape.outputs, shape.inputs, shape.kernel, shape.kernel}) /
           std::sqrt(static_cast<double>(shape.kernel * shape.kernel * shape.inputs));
}

/// What must stay with LibTorch beside what need not.
class MixedNetwork : public Network
{
public:
    MixedNetwork()
    {
        namespace nn = torch::nn;
        const auto add = [this](const char* name, const nn::Conv2dOptions& options) {
            return register_module(name, nn::Conv2d(options));
        };
        m_first = add("first", nn::Conv2dOptions(1, 40, 3).padding(1));
        m_plain = add("plain", nn::Conv2dOptions(40, 40, 3).padding(1));
        m_strided = add("strided", nn::Conv2dOptions(40, 40, 3).padding(1).stride(2));
        m_dilated = add("dilated", nn::Conv2dOptions(40, 40, 3).padding(2).dilation(2));
        m_grouped = add("grouped", nn::Conv2dOptions(40, 40, 3).padding(1).groups(2));
        m_cropping = add("cropping", nn::Conv2dOptions(40, 40, 3));
        m_joining = add("joining", nn::Conv2dOptions(80, 40, 3).padding(1).bias(false));
        m_last = add("last", nn::Conv2dOptions(40, 2, 3).padding(1));
    }

    torch::Tensor forward(torch::Tensor x) override
    {
        x = m_plain->forward(m_first->forward(x).relu_());
        x = x + torch::relu(x); // two readers, so that the ReLU must stay
        x = m_grouped->forward(m_dilated->forward(m_strided->forward(x)));
        const torch::Tensor joined = torch::cat({x, x * 0.5F}, 1);
        x = m_joining->forward(joined) + joined.slice(1, 0, 40); // the joined tensor is read twice
        x = m_joining->forward(torch::cat({x, x.sigmoid()}, 1)).relu_();
        return m_last->forward(m_cropping->forward(x));
    }

private:
    torch::nn::Conv2d m_first{nullptr}, m_plain{nullptr}, m_strided{nullptr}, m_dilated{nullptr},
        m_grouped{nullptr}, m_cropping{nullptr}, m_joining{nullptr}, m_last{nullptr};
};

int countOf(const torch::jit::Module& module, const std::string& name)
{
    int count = 0;
    for (const torch::jit::Node* node : module.get_method("forward").graph()->nodes())
        count += node->kind().toQualString() == name ? 1 : 0;
    return count;
}

constexpr const char* kOperator = "fedefm::convolution";

} // namespace

class TestFusedConvolutions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithDouble_data();
    void agreesWithDouble();
    void takesOtherLayouts();
    void worksInSeveralThreads();
    void refusesWhatDoesNotFit();
    void replacesWhatFits();
    void networksAgree_data();
    void networksAgree();
    void upsamplesAddsAndRectifies();
    void shufflesPixels();
    void exportsWithoutIt();
};

void TestFusedConvolutions::agreesWithDouble_data()
{
    QTest::addColumn<int>("pictures");
    QTest::addColumn<QList<int>>("inputs");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("kernel");
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("threads");
    QTest::addColumn<bool>("rectify");
    QTest::newRow("whole tiles") << 1 << QList<int>{64} << 64 << 32 << 48 << 3 << 1 << 1 << false;
    QTest::newRow("many tiles, two threads") << 1 << QList<int>{32} << 32 << 96 << 100 << 3 << 1 << 2 << true;
    QTest::newRow("odd sizes") << 2 << QList<int>{37} << 45 << 19 << 23 << 3 << 1 << 2 << true;
    QTest::newRow("two parts") << 2 << QList<int>{33, 70} << 100 << 21 << 30 << 3 << 1 << 2 << false;
    QTest::newRow("three parts") << 1 << QList<int>{5, 1, 40} << 33 << 9 << 14 << 3 << 1 << 1 << true;
    QTest::newRow("deep") << 1 << QList<int>{700} << 390 << 13 << 17 << 3 << 1 << 2 << true;
    QTest::newRow("weights not kept") << 1 << QList<int>{512} << 512 << 33 << 30 << 3 << 1 << 2 << false;
    QTest::newRow("one pixel") << 3 << QList<int>{34} << 65 << 1 << 1 << 3 << 1 << 2 << false;
    QTest::newRow("one column") << 1 << QList<int>{40} << 40 << 50 << 1 << 3 << 1 << 1 << true;
    QTest::newRow("few channels") << 1 << QList<int>{16} << 16 << 62 << 101 << 3 << 1 << 2 << true;
    QTest::newRow("few channels of two parts")
        << 2 << QList<int>{7, 9} << 12 << 20 << 49 << 3 << 1 << 1 << false;
    QTest::newRow("direct") << 1 << QList<int>{15} << 16 << 60 << 100 << 3 << 1 << 2 << true;
    QTest::newRow("direct, odd sizes") << 3 << QList<int>{5} << 13 << 19 << 53 << 3 << 1 << 2 << false;
    QTest::newRow("direct, two parts") << 2 << QList<int>{7, 8} << 70 << 20 << 49 << 3 << 1 << 1 << true;
    QTest::newRow("stride 2") << 2 << QList<int>{40} << 70 << 20 << 31 << 3 << 2 << 2 << true;
    QTest::newRow("stride 2, odd height") << 1 << QList<int>{4} << 8 << 21 << 98 << 3 << 2 << 2 << false;
    QTest::newRow("1x1") << 2 << QList<int>{70} << 130 << 17 << 29 << 1 << 1 << 2 << true;
    QTest::newRow("1x1, stride 2") << 2 << QList<int>{16} << 33 << 16 << 31 << 1 << 2 << 1 << false;
    QTest::newRow("5x5") << 1 << QList<int>{12} << 20 << 24 << 25 << 5 << 1 << 2 << false;
    QTest::newRow("7x7, fewer rows than it reaches")
        << 2 << QList<int>{3} << 9 << 2 << 3 << 7 << 1 << 2 << true;
    QTest::newRow("direct, one pixel") << 2 << QList<int>{6} << 5 << 1 << 1 << 3 << 2 << 2 << false;
}

void TestFusedConvolutions::agreesWithDouble()
{
    QFETCH(int, pictures);
    QFETCH(QList<int>, inputs);
    QFETCH(int, outputs);
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, kernel);
    QFETCH(int, stride);
    QFETCH(int, threads);
    QFETCH(bool, rectify);
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    torch::manual_seed(5);
    std::vector<torch::Tensor> parts;
    for (const int channels : inputs)
        parts.push_back(
            torch::randn({pictures, channels, height, width}).contiguous(torch::MemoryFormat::ChannelsLast));
    const torch::Tensor joined = torch::cat(parts, 1);
    FusedConvolution shape = shaped(joined.size(1), outputs);
    shape.kernel = kernel;
    shape.stride = stride;
    shape.rectify = rectify;
    const torch::Tensor weight = randomWeight(shape);
    const torch::Tensor bias = torch::randn({outputs});
    const torch::Tensor packed = packedWeight(shape, weight);
    const torch::Tensor result = fusedConvolution(shape, parts, packed, bias);
    const torch::Tensor residual = torch::randn(result.sizes());
    const torch::Tensor withResidual = fusedConvolution(shape, parts, packed, bias, residual);
    at::set_num_threads(before);
    QVERIFY(result.is_contiguous(torch::MemoryFormat::ChannelsLast));
    const torch::Tensor row = torch::randn({1, outputs, 1, 1});
    QVERIFY(relativeDifference(fusedConvolution(shape, parts, packed, bias, row),
                               exactConvolution(shape, joined, weight, bias, row)) < 3e-5);
    const double difference = relativeDifference(result, exactConvolution(shape, joined, weight, bias));
    QVERIFY2(difference < 3e-5, qPrintable(QString::number(difference)));
    const double other =
        relativeDifference(withResidual, exactConvolution(shape, joined, weight, bias, residual));
    QVERIFY2(other < 3e-5, qPrintable(QString::number(other)));
}

void TestFusedConvolutions::takesOtherLayouts()
{
    const torch::Tensor wide = torch::randn({2, 40, 12, 30});
    const torch::Tensor bias = torch::randn({40});
    for (const std::int64_t stride : {1, 2}) {
        FusedConvolution shape = shaped(40, 40);
        shape.stride = stride;
        const torch::Tensor weight = randomWeight(shape);
        for (const torch::Tensor& input : {wide, wide.slice(3, 3, 20), wide.transpose(2, 3)})
            QVERIFY(relativeDifference(fusedConvolution(shape, {input}, packedWeight(shape, weight), bias),
                                       exactConvolution(shape, input, weight, bias)) < 3e-5);
    }
}

void TestFusedConvolutions::worksInSeveralThreads()
{
    torch::manual_seed(6);
    const torch::Tensor input = torch::randn({1, 48, 40, 40});
    const FusedConvolution shape = shaped(48, 64);
    const torch::Tensor weight = randomWeight(shape);
    const torch::Tensor packed = packedWeight(shape, weight);
    const torch::Tensor bias = torch::zeros({64});
    const torch::Tensor expected = exactConvolution(shape, input, weight, bias);
    std::vector<double> differences(4, 1e9);
    std::vector<std::thread> threads;
    for (double& difference : differences)
        threads.emplace_back([&] {
            const torch::InferenceMode noGradient;
            difference = relativeDifference(fusedConvolution(shape, {input}, packed, bias), expected);
        });
    for (std::thread& thread : threads)
        thread.join();
    for (const double difference : differences)
        QVERIFY(difference < 3e-5);
}

void TestFusedConvolutions::refusesWhatDoesNotFit()
{
    const FusedConvolution shape = shaped(48, 64);
    const torch::Tensor packed = packedWeight(shape, randomWeight(shape));
    const torch::Tensor bias = torch::zeros({64});
    const torch::Tensor input = torch::randn({1, 48, 8, 8});
    QVERIFY_THROWS_EXCEPTION(c10::Error,
                             fusedConvolution(shape, {torch::randn({1, 49, 8, 8})}, packed, bias));
    QVERIFY_THROWS_EXCEPTION(
        c10::Error, fusedConvolution(shape, {torch::randn({1, 48, 8, 8}, torch::kDouble)}, packed, bias));
    QVERIFY_THROWS_EXCEPTION(c10::Error, fusedConvolution(shape, {input}, packed.slice(0, 1), bias));
    QVERIFY_THROWS_EXCEPTION(c10::Error,
                             fusedConvolution(shape, {input}, packed, bias, torch::randn({1, 64, 8, 2})));
}

void TestFusedConvolutions::replacesWhatFits()
{
    torch::manual_seed(7);
    MixedNetwork network;
    const torch::NoGradGuard noGradients;
    network.eval();
    const torch::Tensor input = torch::randn({2, 1, 34, 50});
    const torch::Tensor expected = network.forward(input);
    auto module = tracedModule(network, {2, 1, 34, 50});
    QVERIFY2(module.has_value(), module ? "" : module.error().detail.c_str());
    torch::jit::Module frozen = torch::jit::freeze(*module);
    QVERIFY(fuseConvolutions(frozen));
    QCOMPARE(countOf(frozen, kOperator), 5);
    QCOMPARE(countOf(frozen, "aten::add"), 1);
    QCOMPARE(countOf(frozen, "aten::cat"), 1);
    for (int i = 0; i < 3; ++i) // the first runs compile
        QVERIFY(relativeDifference(frozen.forward({input}).toTensor(), expected) < 1e-4);
}

void TestFusedConvolutions::networksAgree_data()
{
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("values");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("U-Net") << "unet"
                           << R"({"n_channels": 1, "base_channels": 32})" << 70 << 54;
    QTest::newRow("bilinear U-Net") << "unet_bilinear"
                                    << R"({"n_channels": 1, "base_channels": 32})" << 70 << 54;
    QTest::newRow("WireNet deep") << "wirenet"
                                  << QString::fromStdString(
                                         officialSpec("wirenet", "deep")->hyperParameters.dump())
                                  << 96 << 64;
    QTest::newRow("WireNet wide") << "wirenet"
                                  << R"({"widths": [32, 64, 96, 160, 224], "depths": [1, 2, 2, 2, 2]})" << 96
                                  << 64;
}

void TestFusedConvolutions::networksAgree()
{
    QFETCH(QString, architecture);
    QFETCH(QString, values);
    QFETCH(int, height);
    QFETCH(int, width);
    torch::manual_seed(8);
    auto network = makeNetwork({architecture.toStdString(), nlohmann::json::parse(values.toStdString())});
    QVERIFY2(network.has_value(), network ? "" : network.error().detail.c_str());
    for (auto& buffer : (*network)->named_buffers())
        if (buffer.value().is_floating_point())
            buffer.value().uniform_(0.5, 1.5);
    {
        const torch::NoGradGuard noGradients; // norms, which begin at 1 or 0
        for (torch::Tensor& parameter : (*network)->parameters())
            if (parameter.dim() == 1)
                parameter.uniform_(0.5, 1.5);
    }
    const torch::Tensor input = torch::rand({2, 1, height, width});
    auto frozen = frozenForInference(**network, {2, 1, height, width});
    QVERIFY2(frozen.has_value(), frozen ? "" : frozen.error().detail.c_str());
    const bool isWireNet = architecture == QLatin1String("wirenet");
    QCOMPARE(countOf(*frozen, "fedefm::upsample_add_relu"), isWireNet ? 4 : 0);
    QCOMPARE(countOf(*frozen, "fedefm::pixel_shuffle"), isWireNet ? 1 : 0);
    QCOMPARE(countOf(*frozen, "fedefm::pixel_unshuffle"), isWireNet ? 1 : 0);
    const torch::NoGradGuard noGradients;
    (*network)->eval();
    (*network)->to(torch::kDouble);
    const torch::Tensor expected = (*network)->forward(input.to(torch::kDouble));
    for (int i = 0; i < 3; ++i) {
        const double difference = relativeDifference(frozen->forward({input}).toTensor(), expected);
        QVERIFY2(difference < 1e-4, qPrintable(QString::number(difference)));
    }
}

void TestFusedConvolutions::upsamplesAddsAndRectifies()
{
    torch::manual_seed(9);
    const torch::NoGradGuard noGradients;
    const auto plain = [](const torch::Tensor& coarse, const torch::Tensor& fine) {
        return torch::relu(torch::upsample_nearest2d(coarse, c10::nullopt, std::vector<double>{2.0, 2.0}) +
                           fine);
    };
    const torch::Tensor coarse = torch::randn({2, 5, 3, 7});
    const torch::Tensor fine = torch::randn({2, 5, 6, 14});
    QVERIFY(torch::equal(upsampleAddRelu(coarse, fine), plain(coarse, fine)));
    const torch::Tensor turned = fine.contiguous(torch::MemoryFormat::ChannelsLast);
    QVERIFY(torch::equal(upsampleAddRelu(coarse, turned), plain(coarse, fine)));
    const torch::Tensor expanded = torch::randn({1, 5, 1, 1}); // as a sum of tensors expands it
    QVERIFY(torch::equal(upsampleAddRelu(coarse, expanded), plain(coarse, expanded)));
    coarse[1][2][0][3] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(upsampleAddRelu(coarse, fine)[1][2][1][7].isnan().item<bool>());
    QVERIFY_THROWS_EXCEPTION(c10::Error, upsampleAddRelu(coarse.to(torch::kDouble), fine));
}

void TestFusedConvolutions::shufflesPixels()
{
    for (const std::int64_t factor : {1, 2, 3}) {
        const torch::Tensor blocks = torch::randn({2, 5 * factor * factor, 7, 11});
        const torch::Tensor pixels = torch::randn({2, 5, 4 * factor, 9 * factor});
        QVERIFY(torch::equal(shuffledPixels(blocks, factor), torch::pixel_shuffle(blocks, factor)));
        QVERIFY(torch::equal(unshuffledPixels(pixels, factor), torch::pixel_unshuffle(pixels, factor)));
        const torch::Tensor turned = pixels.transpose(2, 3);
        QVERIFY(torch::equal(unshuffledPixels(turned, factor), torch::pixel_unshuffle(turned, factor)));
    }
    QVERIFY_THROWS_EXCEPTION(c10::Error, shuffledPixels(torch::randn({1, 6, 2, 2}), 2));
    QVERIFY_THROWS_EXCEPTION(c10::Error, unshuffledPixels(torch::randn({1, 1, 5, 4}), 2));
}

void TestFusedConvolutions::exportsWithoutIt()
{
    const auto network = makeNetwork({"unet", {{"n_channels", 1}, {"base_channels", 32}}});
    QVERIFY(network.has_value());
    const auto frozen = frozenForInference(**network, {1, 1, 32, 32});
    QVERIFY(frozen.has_value());
    QVERIFY(countOf(*frozen, kOperator) > 0);
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("net.pt").toStdString();
    QVERIFY(exportTorchScript(**network, {1, 1, 32, 32}, file, {}, Overwrite::Yes).has_value());
    const torch::jit::Module loaded = torch::jit::load(file.string());
    QCOMPARE(countOf(loaded, kOperator), 0);
    QVERIFY(countOf(loaded, "aten::_convolution") > 0);
}

QTEST_GUILESS_MAIN(TestFusedConvolutions)
#include "tst_fused_convolutions.moc"
