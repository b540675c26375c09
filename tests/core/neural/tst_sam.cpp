// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"
#include "core/model/networks/python_json.h"
#include "core/model/networks/sam_resize.h"
#include "core/model/torch/sam_prompt_segmenter.h"

#include "test_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <sstream>

using namespace fedefm;

namespace {

std::filesystem::path golden(const char* file = "")
{
    return test::goldenData("sam") / file;
}

NetworkSpec goldenSpec()
{
    std::ifstream stream(golden("config.json"));
    std::ostringstream text;
    text << stream.rdbuf();
    return parseNetworkSpec(parsePythonJson(text.str())).value_or(NetworkSpec{});
}

std::unique_ptr<PromptSegmenter> openGolden()
{
    auto opened = openSamPromptSegmenter(golden("weights.safetensors"), goldenSpec());
    if (!opened)
        qWarning("%s", describe(opened.error()).c_str());
    return opened ? std::move(*opened) : nullptr;
}

/// Planes of 0…255 as an interleaved 8-bit picture.
FramePtr colourFrame(const StoredTensor& planes)
{
    const auto height = static_cast<int>(planes.shape[1]);
    const auto width = static_cast<int>(planes.shape[2]);
    const auto* values = reinterpret_cast<const float*>(planes.data);
    const std::size_t count = static_cast<std::size_t>(width) * height;
    std::vector<std::uint8_t> bytes(3 * count);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t channel = 0; channel < 3; ++channel)
            bytes[3 * i + channel] = static_cast<std::uint8_t>(std::lround(values[channel * count + i]));
    return std::make_shared<Frame>(width, height, 3, PixelType::U8, std::move(bytes));
}

FramePtr greyFrame(int width, int height, PixelType type, int scale)
{
    std::vector<std::uint8_t> bytes;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int value = ((x * 7 + y * 13) % 200 + (x > width / 2 ? 50 : 0)) * scale;
            bytes.push_back(static_cast<std::uint8_t>(value & 255));
            if (type == PixelType::U16)
                bytes.push_back(static_cast<std::uint8_t>(value >> 8));
        }
    return std::make_shared<Frame>(width, height, 1, type, std::move(bytes));
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = a.size() == b.size() ? 0.0 : 1e9;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
    return largest;
}

/// Row `row` of a tensor whose first dimension counts rows.
std::vector<float> rowOf(const StoredTensor& tensor, std::size_t row)
{
    const std::size_t size = tensor.elementCount() / static_cast<std::size_t>(tensor.shape[0]);
    const auto* first = reinterpret_cast<const float*>(tensor.data) + row * size;
    return {first, first + size};
}

/// The sign that all neighbours share, whose mixtures cannot have another; 0 when they differ.
int commonSign(const PromptLogits& logits, int x, int y)
{
    int positive = 0;
    int count = 0;
    for (int row = std::max(0, y - 1); row <= std::min(logits.height - 1, y + 1); ++row)
        for (int column = std::max(0, x - 1); column <= std::min(logits.width - 1, x + 1); ++column) {
            ++count;
            positive += logits.values[static_cast<std::size_t>(row) * logits.width + column] > 0.0F ? 1 : 0;
        }
    return positive == count ? 1 : positive == 0 ? -1 : 0;
}

Prompt pointsOfRow(const TensorFile& io, std::size_t row, bool several)
{
    const auto coordinates = rowOf(io.tensors.at("point_coords"), row);
    const auto* labels = reinterpret_cast<const std::int32_t*>(io.tensors.at("point_labels").data) +
                         row * (coordinates.size() / 2);
    Prompt prompt;
    prompt.wantsSeveral = several;
    for (std::size_t i = 0; i < coordinates.size() / 2; ++i)
        prompt.points.push_back({{coordinates[2 * i], coordinates[2 * i + 1]}, labels[i] == 1});
    return prompt;
}

} // namespace

class TestSam : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersAreThoseOfTheOfficialCode()
    {
        NEEDS_GOLDEN(golden());
        const auto io = readTensorFile(golden("io.safetensors"));
        QVERIFY(io.has_value());
        const auto segmenter = openGolden();
        QVERIFY(segmenter);
        // The longer side is the network's already, so nothing is resized.
        QVERIFY(segmenter->setImage(colourFrame(io->tensors.at("image")), {}, {}).has_value());
        const auto one = segmenter->predict(pointsOfRow(*io, 0, false));
        QVERIFY2(one.has_value(), one ? "" : describe(one.error()).c_str());
        QCOMPARE(one->size(), std::size_t(1));
        const auto expected = rowOf(io->tensors.at("points.single.low_res_masks"), 0);
        QVERIFY(largestDifference(one->front().logits.values, expected) < 1e-4);
        QVERIFY(std::abs(one->front().score - rowOf(io->tensors.at("points.single.iou_predictions"), 0)[0]) <
                0.01);

        const auto several = segmenter->predict(pointsOfRow(*io, 0, true));
        QCOMPARE(several->size(), std::size_t(3));
        // 0.62, -0.27, -0.39 in the reference: already in order.
        const auto all = rowOf(io->tensors.at("points.multi.low_res_masks"), 0);
        for (std::size_t i = 0; i < 3; ++i) {
            const std::vector<float> mask(all.begin() + static_cast<std::ptrdiff_t>(i * all.size() / 3),
                                          all.begin() +
                                              static_cast<std::ptrdiff_t>((i + 1) * all.size() / 3));
            QVERIFY(largestDifference((*several)[i].logits.values, mask) < 1e-4);
        }
        QVERIFY((*several)[0].score > (*several)[1].score && (*several)[1].score > (*several)[2].score);

        Prompt box;
        const auto corners = rowOf(io->tensors.at("boxes"), 0);
        box.box = PromptBox{{corners[2], corners[1]}, {corners[0], corners[3]}};
        const auto boxed = segmenter->predict(box);
        QVERIFY(largestDifference(boxed->front().logits.values,
                                  rowOf(io->tensors.at("box.single.low_res_masks"), 0)) < 1e-4);

        Prompt refined = pointsOfRow(*io, 0, false);
        refined.points.resize(1);
        const auto& mask = io->tensors.at("mask_input");
        refined.previous =
            PromptLogits{static_cast<int>(mask.shape[3]), static_cast<int>(mask.shape[2]), rowOf(mask, 0)};
        const auto after = segmenter->predict(refined);
        QVERIFY(largestDifference(after->front().logits.values,
                                  rowOf(io->tensors.at("point_mask.single.low_res_masks"), 0)) < 1e-4);
    }

    void masksHaveThePicturesSizeAndFollowTheLogits()
    {
        NEEDS_GOLDEN(golden());
        const auto segmenter = openGolden();
        QVERIFY(segmenter);
        // Twice the network's 96 pixels: one logit stands for 8×8 picture pixels.
        QVERIFY(segmenter->setImage(greyFrame(192, 192, PixelType::U8, 1), {}, {}).has_value());
        Prompt prompt;
        prompt.points = {{{100.0, 40.0}, true}};
        prompt.wantsSeveral = true;
        const auto masks = segmenter->predict(prompt);
        QVERIFY(masks.has_value());
        int checked = 0;
        for (const PromptMask& mask : *masks) {
            QCOMPARE(mask.mask.width(), 192);
            QCOMPARE(mask.mask.height(), 192);
            QCOMPARE(mask.logits.width, 24);
            for (int y = 0; y < 24; ++y)
                for (int x = 0; x < 24; ++x)
                    if (const int sign = commonSign(mask.logits, x, y); sign != 0) {
                        ++checked;
                        QCOMPARE(mask.mask.contains(8 * x + 4, 8 * y + 4), sign > 0);
                    }
        }
        QVERIFY2(checked > 30, std::to_string(checked).c_str());
    }

    void clicksAndPicturesMatter()
    {
        NEEDS_GOLDEN(golden());
        const auto segmenter = openGolden();
        QVERIFY(segmenter);
        const FramePtr frame = greyFrame(120, 90, PixelType::U8, 1);
        QVERIFY(segmenter->setImage(frame, {}, {}).has_value());
        Prompt prompt;
        prompt.points = {{{30.0, 20.0}, true}};
        const auto first = segmenter->predict(prompt);
        QVERIFY(first && largestDifference(first->front().logits.values,
                                           segmenter->predict(prompt)->front().logits.values) == 0.0);
        prompt.points.push_back({{90.0, 70.0}, false});
        const auto second = segmenter->predict(prompt);
        QVERIFY(largestDifference(first->front().logits.values, second->front().logits.values) > 1e-3);
        prompt.points[1].isObject = true;
        QVERIFY(largestDifference(segmenter->predict(prompt)->front().logits.values,
                                  second->front().logits.values) > 1e-3);
        // MONOCHROME1 is turned, so it is another picture to the network.
        SequenceInfo inverse;
        inverse.grey.inverse = true;
        QVERIFY(segmenter->setImage(frame, inverse, {}).has_value());
        prompt.points.pop_back();
        QVERIFY(largestDifference(segmenter->predict(prompt)->front().logits.values,
                                  first->front().logits.values) == 0.0);
        segmenter->clearImage();
        QVERIFY(segmenter->setImage(frame, inverse, {}).has_value());
        QVERIFY(largestDifference(segmenter->predict(prompt)->front().logits.values,
                                  first->front().logits.values) > 1e-3);
        // Deep pixels are scaled: the same content gives about the same answer whatever the unit.
        QVERIFY(segmenter->setImage(greyFrame(120, 90, PixelType::U16, 16), {}, {}).has_value());
        const auto deep = segmenter->predict(prompt);
        QVERIFY(segmenter->setImage(greyFrame(120, 90, PixelType::U16, 64), {}, {}).has_value());
        QVERIFY(largestDifference(segmenter->predict(prompt)->front().logits.values,
                                  deep->front().logits.values) < 1e-3);
    }

    void misuseIsAnError()
    {
        NEEDS_GOLDEN(golden());
        const auto segmenter = openGolden();
        QVERIFY(segmenter);
        Prompt prompt;
        prompt.points = {{{3.0, 3.0}, true}};
        QVERIFY(!segmenter->hasImage());
        QCOMPARE(segmenter->predict(prompt).error().code, ErrorCode::InvalidArgument);
        const CancelToken cancelled;
        cancelled.cancel();
        const FramePtr frame = greyFrame(40, 60, PixelType::U8, 1);
        QCOMPARE(segmenter->setImage(frame, {}, cancelled).error().code, ErrorCode::Cancelled);
        QVERIFY(!segmenter->hasImage());
        QCOMPARE(segmenter->setImage(nullptr, {}, {}).error().code, ErrorCode::InvalidArgument);
        QVERIFY(segmenter->setImage(frame, {}, {}).has_value());
        QCOMPARE(segmenter->predict(Prompt{}).error().code, ErrorCode::InvalidArgument);
        prompt.previous = PromptLogits{3, 3, std::vector<float>(9)};
        QCOMPARE(segmenter->predict(prompt).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(segmenter->card().parameters, 204684LL);
    }

    void wrongFilesAreErrors()
    {
        NEEDS_GOLDEN(golden());
        QCOMPARE(openSamPromptSegmenter("/nowhere/sam.pth").error().code, ErrorCode::FileNotFound);
        const auto other =
            openSamPromptSegmenter(test::goldenData("timm_vit") / "weights.safetensors", goldenSpec());
        QVERIFY(!other && other.error().code == ErrorCode::ModelBroken);
        const auto noSam = openSamPromptSegmenter(golden("weights.safetensors"), {"unet", {}});
        QVERIFY(!noSam && noSam.error().code == ErrorCode::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(TestSam)
#include "tst_sam.moc"
