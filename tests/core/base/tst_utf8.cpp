// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"

#include <QTest>

using namespace fedefm;

class TestUtf8 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsWhatIsWellFormed()
    {
        for (const char* text : {"", "Dublin", "K\xC3\xB6ln", "\xE4\xBA\xAC", "\xF0\x9F\x8F\xA5"})
            QVERIFY2(isValidUtf8(text), text);
        // Latin-1, cut off, overlong, a surrogate, beyond Unicode.
        for (const char* text :
             {"K\xF6ln", "K\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80"})
            QVERIFY2(!isValidUtf8(text), text);
    }
    void latin1()
    {
        QCOMPARE(latin1ToUtf8("K\xF6ln"), std::string("K\xC3\xB6ln"));
        QCOMPARE(latin1ToUtf8("Dublin"), std::string("Dublin"));
    }
    void cutsAtCharacters()
    {
        const std::string text = "a\xC3\xB6\xE4\xBA\xAC";
        const std::size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6};
        for (std::size_t most = 0; most < 8; ++most)
            QCOMPARE(cutUtf8(text, most), text.substr(0, kept[most]));
    }
};

QTEST_APPLESS_MAIN(TestUtf8)
#include "tst_utf8.moc"
