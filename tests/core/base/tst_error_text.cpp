// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

#include <QtTest>

#include <cctype>
#include <set>
#include <string>

using namespace fedefm;

class TestErrorText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasItsOwnNameAndTexts()
    {
        std::set<std::string> names;
        for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
            const auto code = static_cast<ErrorCode>(i);
            QVERIFY2(names.insert(errorName(code)).second, errorName(code));
            // A code that is missing from the table falls back to the last entry.
            QCOMPARE(std::string(errorName(code)) == "Internal", code == ErrorCode::Internal);
        }
    }

    void textsAreClausesAndSentences()
    {
        for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
            const ErrorText text = errorText(static_cast<ErrorCode>(i));
            const std::string cause = text.cause;
            const std::string nextStep = text.nextStep;
            QVERIFY(cause.size() > 5 && nextStep.size() > 5);
            QVERIFY2(cause.back() != '.', text.cause);
            QVERIFY2(nextStep.back() == '.', text.nextStep);
            QVERIFY2(std::isupper(static_cast<unsigned char>(nextStep.front())), text.nextStep);
        }
    }

    void descriptionHasFileCauseDetailAndNextStep()
    {
        const Error error{ErrorCode::FileNotFound, "a/b.dcm", "errno 2"};
        QCOMPARE(describe(error), std::string("a/b.dcm: the file does not exist (errno 2). Check the path."));
        QCOMPARE(describe({ErrorCode::Cancelled, "", ""}),
                 std::string("cancelled. Files that were already complete are kept."));
    }

    void wrongArgumentsSpeakForThemselves()
    {
        const Error wrong{ErrorCode::InvalidArgument, "plan.json", "rounds: from 1 to 9"};
        QCOMPARE(describe(wrong), std::string("plan.json: rounds: from 1 to 9. Change that and try again."));
        QCOMPARE(describe({ErrorCode::InvalidArgument, "run 3", "is finished. Begin a new one."}),
                 std::string("run 3: is finished. Begin a new one."));
        // What another program has said is not wrapped a second time.
        QCOMPARE(describe({ErrorCode::Internal, "run 3", describe(wrong)}), "run 3: " + describe(wrong));
    }

    void failCarriesItsArguments()
    {
        const Result<int> result = fail(ErrorCode::TooLarge, "x", "9 of 8");
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::TooLarge);
        QCOMPARE(result.error().subject, std::string("x"));
        QCOMPARE(result.error().detail, std::string("9 of 8"));
    }
};

QTEST_APPLESS_MAIN(TestErrorText)
#include "tst_error_text.moc"
