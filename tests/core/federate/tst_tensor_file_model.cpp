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
        for (std::size_t t = 0; t < merged.schema().size(); ++t) {
            const std::string& name = merged.schema()[t].name;
            QCOMPARE(merged.values(t).front(), name.rfind("bn.", 0) == 0 ? 1.0F : 2.5F);
        }
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
    }
};

QTEST_APPLESS_MAIN(TestTensorFileModel)
#include "tst_tensor_file_model.moc"
