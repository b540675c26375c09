// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/merge.h"
#include "core/federate/merge/tensor_file_model.h"

#include <QTest>
#include <cstring>

using namespace fedefm;

namespace {

TensorFile fileOf(float value, std::int64_t counter)
{
    const std::vector<float> values(3, value);
    TensorFile file;
    file.tensors["bn.running_mean"] = StoredTensor::copyOf(DType::F32, {3}, values.data());
    file.tensors["bn.running_var"] = StoredTensor::copyOf(DType::F32, {3}, values.data());
    file.tensors["bn.num_batches_tracked"] = StoredTensor::copyOf(DType::I64, {}, &counter);
    file.tensors["a.weight"] = StoredTensor::copyOf(DType::F32, {1, 3}, values.data());
    return file;
}

float firstOf(const TensorFile& file, const std::string& name)
{
    float value = 0.0F;
    std::memcpy(&value, file.tensors.at(name).data, sizeof value);
    return value;
}

} // namespace

class TestTensorFileModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The way of a round: neighbours' files in, the own file with merged values out.
    void mergesFiles()
    {
        const TensorFile own = fileOf(1.0F, 7);
        TensorFileModel first(own), second(fileOf(4.0F, 99));
        QCOMPARE(first.schema().size(), std::size_t(3)); // the counter is no float
        QCOMPARE(first.schema()[0].name, std::string("a.weight"));
        MergeOptions options;
        options.ownMember = 0;
        options.batchNorm = BatchNormPolicy::KeepStatistics;
        MemoryModel merged(first.schema());
        QVERIFY(
            mergeModels(first.schema(), {{"own", 0.5, &first}, {"other", 0.5, &second}}, options, merged));
        const auto result = replaceTensors(own, std::move(merged));
        QVERIFY(result);
        QCOMPARE(firstOf(*result, "a.weight"), 2.5F);
        QCOMPARE(firstOf(*result, "bn.running_mean"), 1.0F);
        std::int64_t counter = 0;
        std::memcpy(&counter, result->tensors.at("bn.num_batches_tracked").data, sizeof counter);
        QCOMPARE(counter, std::int64_t(7));
        QCOMPARE(firstOf(own, "a.weight"), 1.0F);
    }

    void refusesWhatDoesNotFit()
    {
        TensorFileModel model(fileOf(1.0F, 0));
        float values[4];
        QVERIFY(model.read(0, 1, 2, values));
        QVERIFY(!model.read(0, 1, 3, values));
        QVERIFY(!model.read(0, 4, 0, values));
        QVERIFY(!model.read(9, 0, 1, values));
        for (const TensorShape& odd : {TensorShape{"unknown", {3}}, TensorShape{"a.weight", {3}},
                                       TensorShape{"bn.num_batches_tracked", {}}}) {
            const auto replaced = replaceTensors(fileOf(1.0F, 0), MemoryModel(ModelSchema{odd}));
            QVERIFY(!replaced);
            QCOMPARE(replaced.error().code, ErrorCode::ReferenceMismatch);
        }
    }
};

QTEST_APPLESS_MAIN(TestTensorFileModel)
#include "tst_tensor_file_model.moc"
