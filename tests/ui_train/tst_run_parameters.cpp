// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/run_parameters.h"

#include <QTest>

using namespace fedefm;

using Keys = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

Keys keysOf(const std::vector<Json>& configs)
{
    std::vector<RunParameters> parameters;
    for (const Json& config : configs)
        parameters.push_back(runParameters(config));
    std::vector<const RunParameters*> pointers;
    for (const RunParameters& one : parameters)
        pointers.push_back(&one);
    return comparedKeys(pointers);
}

const Keys kAlways{"optimizer.learning_rate", "batch_size", "optimizer.kind", "loss"};

Keys with(Keys more)
{
    more.insert(more.begin(), kAlways.begin(), kAlways.end());
    return more;
}

} // namespace

class TestRunParameters : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesStandUnderTheirKeys()
    {
        const auto parameters =
            runParameters({{"epochs", 5},
                           {"loss", {{"dice", 0.5}, {"cross_entropy", 0.25}, {"focal", 0.0}}},
                           {"data", {{"form", "masks"}, {"folder", "/secret"}}}});
        QCOMPARE(parameters.at("epochs").get<int>(), 5);
        QCOMPARE(parameters.at("loss.dice").get<double>(), 0.5);
        QCOMPARE(parameterText(parameters.at("loss")), QStringLiteral("0.25 cross_entropy + 0.5 dice"));
        QCOMPARE(parameters.at("data.form").get<std::string>(), std::string("masks"));
        QVERIFY(!parameters.count("data.folder"));
        QVERIFY(runParameters(nullptr).empty());
    }

    void aSessionsTrainingComparesWithATraining()
    {
        const auto plan = runParameters(
            {{"name", "session"}, {"training", {{"batch_size", 4}, {"name", "inner"}}}, {"rounds", 3}});
        QCOMPARE(plan.at("batch_size").get<int>(), 4);
        QCOMPARE(plan.at("name").get<std::string>(), std::string("session"));
    }

    void differencesGetColumns()
    {
        QCOMPARE(keysOf({}), kAlways);
        const Json base{{"name", "a"},
                        {"seed", 1},
                        {"batch_size", 4},
                        {"patience", 3},
                        {"optimizer", {{"momentum", 0.9}}},
                        {"data", {{"form", "masks"}}}};
        const auto changed = [&base](const Json& changes) {
            Json other = base;
            other.merge_patch(changes);
            return other;
        };
        // A name, a seed and what always has a column are no columns; a key that one lacks is none either.
        QCOMPARE(
            keysOf({base, changed({{"name", "b"}, {"seed", 2}, {"batch_size", 8}, {"metrics", "paper"}})}),
            kAlways);
        // In the order of the form, whatever the order of the runs.
        const Keys three = with({"data.form", "optimizer.momentum", "patience"});
        const Json other =
            changed({{"patience", 0}, {"optimizer", {{"momentum", 0.5}}}, {"data", {{"form", "npz"}}}});
        QCOMPARE(keysOf({base, other}), three);
        QCOMPARE(keysOf({other, base}), three);
        QCOMPARE(keysOf({base, changed({{"loss", {{"dice", 1}}}}), changed({{"loss", {{"dice", 2}}}})}),
                 kAlways);
    }

    void thereAreNeverTooMany()
    {
        Json first = Json::object();
        Json second = Json::object();
        for (char letter = 'a'; letter <= 'z'; ++letter) {
            first["input"][std::string(1, letter)] = 1;
            second["input"][std::string(1, letter)] = 2;
        }
        QCOMPARE(keysOf({first, second}).size(), kAlways.size() + 12);
    }

    void wordsAreValuesAndPairs()
    {
        const auto words = parameterWords({{"batch_size", 4}, {"optimizer", {{"kind", "sgd"}}}});
        QCOMPARE(words.values, QStringLiteral("4 sgd"));
        QCOMPARE(words.pairs, QStringLiteral("batch_size=4 optimizer.kind=sgd"));
        QCOMPARE(parameterTitle("optimizer.kind"), QStringLiteral("Optimiser"));
        QCOMPARE(parameterTitle("input.size_px"), QStringLiteral("input.size_px"));
        QCOMPARE(parameterText(Json::array({1, 4})), QStringLiteral("[1,4]"));
    }
};

QTEST_APPLESS_MAIN(TestRunParameters)
#include "tst_run_parameters.moc"
