// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/library_message.h"

#include <QTest>

using namespace fedefm;

class TestLibraryMessage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsTheLineThatMatters_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("only newlines") << "\n\n"
                                       << "";
        QTest::newRow("one line") << "no such device"
                                  << "no such device";
        QTest::newRow("call stack behind") << "sizes differ\nException raised from a.cpp:7\nframe #0"
                                           << "sizes differ";
        QTest::newRow("newline in front") << "\nUnknown builtin op: my::op.\nHere it is:"
                                          << "Unknown builtin op: my::op.";
        QTest::newRow("TorchScript")
            << "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript "
               "(most "
               "recent call last):\n  File \"x.py\", line 3, in forward\nRuntimeError: sizes must match\n"
            << "sizes must match";
        QTest::newRow("long") << QString(500, 'a') << QString(200, 'a');
    }

    void tellsTheLineThatMatters()
    {
        QFETCH(QString, text);
        QFETCH(QString, message);
        QCOMPARE(QString::fromStdString(libraryMessage(text.toStdString())), message);
    }
};

QTEST_APPLESS_MAIN(TestLibraryMessage)
#include "tst_library_message.moc"
