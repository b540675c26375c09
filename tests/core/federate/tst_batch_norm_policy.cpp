// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/merge/merge.h"

#include <QTest>
#include <limits>

using namespace fedefm;

class TestBatchNormPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTellBatchNorm()
    {
        using Role = TensorRole;
        const ModelSchema schema{
            {"stem.conv.weight", {8, 1, 3, 3}},
            {"stem.bn.weight", {8}},
            {"stem.bn.bias", {8}},
            {"stem.bn.running_mean", {8}},
            {"stem.bn.running_var", {8}},
            {"stem.bn.num_batches_tracked", {}},
            {"block.norm.weight", {8}}, // GroupNorm
            {"block.norm.bias", {8}},
            {"odd.weight", {4}}, // shapes differ: none
            {"odd.running_mean", {4}},
            {"odd.running_var", {5}},
            {"half.running_mean", {4}}, // no variance
            {"mixed.weight", {8, 8}},   // a matrix beside statistics is no parameter of theirs
            {"mixed.running_mean", {8}},
            {"mixed.running_var", {8}},
            {"running_mean", {3}}, // the model itself is a BatchNorm
            {"running_var", {3}},
            {"weight", {3}}};
        const std::vector<Role> expected{Role::Weight,
                                         Role::BatchNormParameter,
                                         Role::BatchNormParameter,
                                         Role::BatchNormStatistic,
                                         Role::BatchNormStatistic,
                                         Role::BatchNormStatistic,
                                         Role::Weight,
                                         Role::Weight,
                                         Role::Weight,
                                         Role::Weight,
                                         Role::Weight,
                                         Role::Weight,
                                         Role::Weight,
                                         Role::BatchNormStatistic,
                                         Role::BatchNormStatistic,
                                         Role::BatchNormStatistic,
                                         Role::BatchNormStatistic,
                                         Role::BatchNormParameter};
        QVERIFY(tensorRoles(schema) == expected);
    }

    void batchNormStaysAtHomeWhenTold()
    {
        const ModelSchema schema{
            {"conv.weight", {1}}, {"bn.weight", {1}}, {"bn.running_mean", {1}}, {"bn.running_var", {1}}};
        MemoryModel own(schema), other(schema);
        for (std::size_t t = 0; t < schema.size(); ++t) {
            own.values(t) = {1.0F};
            other.values(t) = {3.0F};
        }
        const auto merged = [&](BatchNormPolicy policy, int ownMember) {
            MergeOptions options;
            options.batchNorm = policy;
            options.ownMember = ownMember;
            MemoryModel result(schema);
            const auto report =
                mergeModels(schema, {{"other", 1, &other}, {"own", 1, &own}}, options, result);
            std::vector<float> values;
            for (std::size_t t = 0; report && t < schema.size(); ++t)
                values.push_back(result.values(t)[0]);
            return values;
        };
        QCOMPARE(merged(BatchNormPolicy::Average, 1), (std::vector<float>{2, 2, 2, 2}));
        QCOMPARE(merged(BatchNormPolicy::KeepStatistics, 1), (std::vector<float>{2, 2, 1, 1}));
        QCOMPARE(merged(BatchNormPolicy::KeepLocal, 1), (std::vector<float>{2, 1, 1, 1}));
        // A server has none of its own: what stays local is not written.
        QCOMPARE(merged(BatchNormPolicy::KeepLocal, -1), (std::vector<float>{2, 0, 0, 0}));
        own.values(1)[0] = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(merged(BatchNormPolicy::KeepLocal, 1), std::vector<float>());
        QCOMPARE(merged(BatchNormPolicy::Average, 1), (std::vector<float>{3, 3, 3, 3}));
    }

    /// Krum measures only what it merges.
    void krumIgnoresLocalTensors()
    {
        const ModelSchema schema{{"w", {1}}, {"bn.running_mean", {1}}, {"bn.running_var", {1}}};
        std::vector<MemoryModel> models(5, MemoryModel(schema));
        const float weights[] = {0, 1, 3, 6, 100};
        std::vector<MergeMember> members;
        for (std::size_t i = 0; i < models.size(); ++i) {
            models[i].values(0) = {weights[i]};
            models[i].values(1) = {i == 1 ? 1e6F : 0.0F};
            members.push_back({"m", 1, &models[i]});
        }
        MergeOptions options;
        options.rule = MergeRule::Krum;
        options.batchNorm = BatchNormPolicy::KeepStatistics;
        options.ownMember = 0;
        MemoryModel result(schema);
        QVERIFY(mergeModels(schema, members, options, result));
        QCOMPARE(result.values(0)[0], 1.0F);
        options.batchNorm = BatchNormPolicy::Average;
        QVERIFY(mergeModels(schema, members, options, result));
        QVERIFY(result.values(0)[0] != 1.0F);
    }
};

QTEST_APPLESS_MAIN(TestBatchNormPolicy)
#include "tst_batch_norm_policy.moc"
