// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/segmenter.h"

#include <QtTest>

using namespace fedefm;

namespace {

RleMask maskOf(const std::vector<std::uint8_t>& bytes, int width, int height)
{
    return RleMask::fromBytes(bytes.data(), width, height);
}

ModelCard cardNamed(const std::string& id)
{
    ModelCard card;
    card.id = id;
    return card;
}

SegmenterRegistry::Factory failingFactory(const std::string& detail)
{
    return
        [detail]() -> Result<std::unique_ptr<Segmenter>> { return fail(ErrorCode::ModelBroken, {}, detail); };
}

} // namespace

class TestSegmenter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void labelImageHasTheGuidewireOnTop()
    {
        Segmentation found;
        found.width = 4;
        found.height = 1;
        found.masks.push_back({WireClass::Guidewire, maskOf({0, 1, 1, 0}, 4, 1)});
        found.masks.push_back({WireClass::Catheter, maskOf({1, 1, 0, 0}, 4, 1)});
        const std::vector<std::uint8_t> expected{1, 2, 2, 0};
        QVERIFY(found.labelImage() == expected);
        QVERIFY(found.mask(WireClass::Catheter) != nullptr);
        QVERIFY(found.mask(WireClass::Background) == nullptr);
    }

    void lengthIsSummedPerClass()
    {
        Segmentation found;
        found.curves.push_back({WireClass::Guidewire, {{0, 0}, {3, 4}}, 2.0, 0.5});
        found.curves.push_back({WireClass::Guidewire, {{0, 0}, {0, 7}}, 2.0, 0.5});
        found.curves.push_back({WireClass::Catheter, {{0, 0}, {9, 0}}, 6.0, 0.5});
        QCOMPARE(found.foundLengthPx(WireClass::Guidewire), 12.0);
        QCOMPARE(found.foundLengthPx(WireClass::Catheter), 9.0);
    }

    void classNames()
    {
        QCOMPARE(QString(wireClassName(WireClass::Catheter)), QString("catheter"));
        QCOMPARE(QString(wireClassName(WireClass::Guidewire)), QString("guidewire"));
    }

    void builtInsHoldTheRidgeBaseline()
    {
        const SegmenterRegistry registry = SegmenterRegistry::withBuiltIns();
        QCOMPARE(registry.defaultId(ModelRole::Live), std::string("ridge"));
        const auto segmenter = registry.create("ridge");
        QVERIFY(segmenter.has_value());
        QCOMPARE((*segmenter)->card().id, std::string("ridge"));
        QVERIFY(!(*segmenter)->card().limits.empty());
    }

    void unknownNameSuggestsTheNearest()
    {
        SegmenterRegistry registry;
        QCOMPARE(registry.create("x").error().code, ErrorCode::ModelNotFound);
        registry.add(cardNamed("transunet"), failingFactory("first"));
        registry.add(cardNamed("ridge"), failingFactory("second"));
        const auto answer = registry.create("rigde");
        QCOMPARE(answer.error().code, ErrorCode::ModelNotFound);
        QVERIFY(answer.error().detail.find("ridge") != std::string::npos);
        QVERIFY(answer.error().detail.find("transunet") == std::string::npos);
        QCOMPARE(registry.create("transunet").error().detail, std::string("first"));
        QCOMPARE(registry.cards().size(), std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(TestSegmenter)
#include "tst_segmenter.moc"
