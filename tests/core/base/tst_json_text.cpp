// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_text.h"

#include <QTest>

using namespace fedefm;

class TestJsonText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainTextIsParsed()
    {
        // No raw literal: moc loses its way in one with such quotes.
        const auto value = parseForeignJson("{\"a\": [1, {\"b\": \"]]}\\\"[[[\"}], \"c\": \"\\\\\"}");
        QVERIFY(value.is_object());
        QVERIFY(value["a"][1]["b"] == "]]}\"[[[");
        QVERIFY(parseForeignJson("{\"a\": ").is_discarded());
        QVERIFY(parseForeignJson("").is_discarded());
    }
    void bracketsInTextsDoNotNest()
    {
        QVERIFY(parseForeignJson('"' + std::string(1000, '[') + '"').is_string());
    }
    void deepNestingIsRefused()
    {
        QVERIFY(parseForeignJson(std::string(64, '[') + std::string(64, ']')).is_array());
        QVERIFY(parseForeignJson(std::string(65, '[') + std::string(65, ']')).is_discarded());
        const std::size_t many = 2'000'000;
        QVERIFY(parseForeignJson(std::string(many, '[') + std::string(many, ']')).is_discarded());
    }
};

QTEST_GUILESS_MAIN(TestJsonText)
#include "tst_json_text.moc"
