// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/local_exchange.h"

#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <cstring>
#include <limits>
#include <thread>

using namespace fedefm;

namespace {

StoredTensor floats(std::vector<std::int64_t> shape, float value)
{
    StoredTensor shaped;
    shaped.shape = shape;
    const std::vector<float> values(shaped.elementCount(), value);
    return StoredTensor::copyOf(DType::F32, std::move(shape), values.data());
}

TensorFile model(float value)
{
    TensorFile file;
    file.tensors.emplace("head.bias", floats({3}, value));
    file.tensors.emplace("head.weight", floats({3, 4}, value));
    return file;
}

SchemaByKind schemas()
{
    return {{ObjectKind::Weights, TensorSchema::of(model(0.0F))},
            {ObjectKind::Visitor, TensorSchema::of(model(0.0F))}};
}

LocalHub::Settings settings(int silos, std::size_t bytes = 1 << 20, std::filesystem::path folder = {})
{
    LocalHub::Settings result;
    result.siloCount = silos;
    result.memoryBytes = bytes;
    result.spillFolder = std::move(folder);
    return result;
}

float firstOf(const TensorFile& file)
{
    float value = 0.0F;
    std::memcpy(&value, file.tensors.at("head.weight").data, sizeof value);
    return value;
}

const ObjectId kOwn{0, 0, ObjectKind::Weights, 0, 0};

} // namespace

class TestSessionExchange : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deliversACopy();
    void picturesHaveNoPathOut();
    void refusesForeignTensors_data();
    void refusesForeignTensors();
    void refusesForgedSenders();
    void checksWhatABrokenSenderSent();
    void waitsUntilTheDeadline();
    void spillsBeyondTheLimit();
    void discardsOldRounds();
    void discardsOldPhases();
    void controlReachesItsAddressee();
};

void TestSessionExchange::deliversACopy()
{
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    {
        const TensorFile sent = model(2.5F);
        QVERIFY(hub.door(0).publish(kOwn, sent));
        // The sender goes on training in the same memory.
        auto* bytes = const_cast<std::byte*>(sent.tensors.at("head.weight").data);
        std::memset(bytes, 0, sizeof(float));
    }
    const auto received = hub.door(1).fetch(kOwn, 0.0);
    QVERIFY(received);
    QCOMPARE(firstOf(*received), 2.5F);
    QVERIFY(!hub.door(1).fetch({0, 1, ObjectKind::Weights, 0, 0}, 0.0));
}

void TestSessionExchange::picturesHaveNoPathOut()
{
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    TensorFile pictures;
    pictures.tensors.emplace("images", floats({8, 1, 32, 32}, 0.5F));
    for (const ObjectKind kind :
         {ObjectKind::Weights, ObjectKind::Visitor, ObjectKind::Control, ObjectKind::Answers}) {
        const auto sent = hub.door(0).publish({0, 0, kind, 0, 0}, pictures);
        QVERIFY(!sent);
        QCOMPARE(sent.error().code, ErrorCode::ReferenceMismatch);
    }
    // Nor as a passenger of a model, by name or in the metadata.
    TensorFile mixed = model(1.0F);
    mixed.tensors.emplace("images", floats({1, 32, 32}, 0.5F));
    QVERIFY(!hub.door(0).publish(kOwn, mixed));
    TensorFile noted = model(1.0F);
    noted.metadata["note"] = "patient";
    QVERIFY(!hub.door(0).publish(kOwn, noted));
    QCOMPARE(hub.memoryInUse(), std::size_t(0));
}

void TestSessionExchange::refusesForeignTensors_data()
{
    QTest::addColumn<int>("fault");
    QTest::newRow("missing") << 0;
    QTest::newRow("shape") << 1;
    QTest::newRow("type") << 2;
    QTest::newRow("empty") << 3;
}

void TestSessionExchange::refusesForeignTensors()
{
    QFETCH(int, fault);
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    TensorFile file = model(1.0F);
    if (fault == 0)
        file.tensors.erase("head.bias");
    if (fault == 1)
        file.tensors["head.weight"] = floats({4, 3}, 1.0F);
    if (fault == 2)
        file.tensors["head.bias"].type = DType::I32;
    if (fault == 3)
        file.tensors.clear();
    const auto sent = hub.door(0).publish(kOwn, file);
    QVERIFY(!sent);
    QCOMPARE(sent.error().code, ErrorCode::ReferenceMismatch);
    // The same from a sender that checks nothing.
    QVERIFY(hub.putUnchecked(kOwn, file));
    const auto received = hub.door(1).fetch(kOwn, 0.0);
    QVERIFY(!received);
    QCOMPARE(received.error().code, ErrorCode::ReferenceMismatch);
}

void TestSessionExchange::refusesForgedSenders()
{
    LocalHub hub(settings(3));
    hub.setSchemas(schemas());
    QVERIFY(!hub.door(1).publish(kOwn, model(1.0F)));
    QVERIFY(hub.door(1).publish({0, 1, ObjectKind::Visitor, 1, 0}, model(1.0F)));
}

void TestSessionExchange::checksWhatABrokenSenderSent()
{
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        QVERIFY(hub.putUnchecked(kOwn, model(value)));
        const auto received = hub.door(1).fetch(kOwn, 0.0);
        QVERIFY(!received);
        QCOMPARE(received.error().code, ErrorCode::ModelBroken);
    }
    QVERIFY(hub.door(0).publish(kOwn, model(std::numeric_limits<float>::max())));
    QVERIFY(hub.door(1).fetch(kOwn, 0.0));
}

void TestSessionExchange::waitsUntilTheDeadline()
{
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    const auto start = std::chrono::steady_clock::now();
    const auto missing = hub.door(1).fetch(kOwn, 30.0);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::FileNotFound);
    QVERIFY(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(30));
    // One that comes meanwhile ends the waiting.
    std::thread sender([&hub] { hub.door(0).publish(kOwn, model(3.0F)); });
    const auto received = hub.door(1).fetch(kOwn, 60'000.0);
    sender.join();
    QVERIFY(received);
    QCOMPARE(firstOf(*received), 3.0F);
}

void TestSessionExchange::spillsBeyondTheLimit()
{
    const QTemporaryDir folder;
    const std::filesystem::path files = std::filesystem::path(folder.path().toStdString()) / "spill";
    const std::size_t each = byteCountOf(model(0.0F));
    {
        LocalHub hub(settings(4, each, files));
        hub.setSchemas(schemas());
        for (int silo = 0; silo < 4; ++silo)
            QVERIFY(hub.door(silo).publish({0, 0, ObjectKind::Weights, silo, silo},
                                           model(static_cast<float>(silo))));
        QCOMPARE(hub.memoryInUse(), each);
        QCOMPARE(hub.spilledObjects(), std::size_t(3));
        for (int silo = 0; silo < 4; ++silo) {
            const auto received = hub.door(0).fetch({0, 0, ObjectKind::Weights, silo, silo}, 0.0);
            QVERIFY(received);
            QCOMPARE(firstOf(*received), static_cast<float>(silo));
        }
    }
    QVERIFY(std::filesystem::is_empty(files));
}

void TestSessionExchange::discardsOldRounds()
{
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    for (int round = 0; round < 3; ++round)
        QVERIFY(hub.door(0).publish({round, 0, ObjectKind::Weights, 0, 0}, model(1.0F)));
    hub.door(1).discardBefore(2, 0);
    QVERIFY(!hub.door(1).fetch({1, 0, ObjectKind::Weights, 0, 0}, 0.0));
    QVERIFY(hub.door(1).fetch({2, 0, ObjectKind::Weights, 0, 0}, 0.0));
    QCOMPARE(hub.memoryInUse(), byteCountOf(model(0.0F)));
}

void TestSessionExchange::discardsOldPhases()
{
    LocalHub hub(settings(2));
    hub.setSchemas(schemas());
    for (int phase = 0; phase < 3; ++phase)
        for (int silo = 0; silo < 2; ++silo)
            QVERIFY(hub.door(silo).publish({1, phase, ObjectKind::Weights, silo, silo}, model(1.0F)));
    hub.door(1).discardBefore(1, 2);
    QVERIFY(!hub.door(1).fetch({1, 1, ObjectKind::Weights, 1, 1}, 0.0));
    QVERIFY(hub.door(1).fetch({1, 2, ObjectKind::Weights, 0, 0}, 0.0));
    QCOMPARE(hub.memoryInUse(), 2 * byteCountOf(model(0.0F)));
}

void TestSessionExchange::controlReachesItsAddressee()
{
    LocalHub hub(settings(3));
    std::vector<int> heard(3, 0);
    for (int silo = 0; silo < 3; ++silo)
        hub.door(silo).onControl([&heard, silo](const ControlMessage& message) {
            heard[static_cast<std::size_t>(silo)] += message.word == "pause" ? 1 : 100;
        });
    ControlMessage message;
    message.word = "pause";
    QVERIFY(hub.door(0).post(message));
    message.to = 2;
    QVERIFY(hub.door(0).post(message));
    QCOMPARE(heard, (std::vector<int>{1, 1, 2}));
    hub.setOnline(1, false);
    QVERIFY(!hub.door(0).members()[1].isOnline);
}

QTEST_APPLESS_MAIN(TestSessionExchange)
#include "tst_session_exchange.moc"
