// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/train_config.h"
#include "ui/train/config_draft.h"
#include "ui/train/config_form.h"
#include "ui/train/config_panel.h"
#include "ui/train/config_schema.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace fedefm;

class TestConfigForm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKeyHasAField();
    void fieldsShowTheDocument();
    void fieldsWriteTheDocument();
    void defaultsStayOutOfTheDocument();
    void errorStandsAtItsKey();
    void brokenJsonKeepsTheDocument();
    void startTakesWhatIsBeingTyped();
    void brokenFieldHoldsTheStart();
    void textAndFormAgree();
    void realNumbersKeepTheirDigits();
    void pathsBecomeAbsolute();
    void filesRoundTrip();
    void networkBringsItsParameters();
    void numbersStayInTheirRange();

private:
    static nlohmann::json sample();
};

nlohmann::json TestConfigForm::sample()
{
    return {{"version", 1},
            {"name", "a"},
            {"model", {{"network", "unet"}, {"hyper_parameters", {{"width", 8}}}}},
            {"data", {{"form", "simulated"}}},
            {"optimizer", {{"learning_rate", 3e-5}}}};
}

void TestConfigForm::everyKeyHasAField()
{
    std::set<std::string> known;
    const nlohmann::json defaults = toJson(TrainConfig{});
    for (const ConfigField& field : configFields()) {
        QVERIFY2(known.insert(field.key).second, field.key);
        const bool isInside = std::string(field.key).rfind("model.", 0) == 0;
        QVERIFY2(isInside || !valueAt(defaults, field.key).is_null(), field.key);
        QVERIFY2(*field.tip && *field.label, field.key);
    }
    for (const auto& [key, value] : defaults.items()) {
        if (key == "version" || key == "model")
            continue;
        if (!value.is_object() || value.empty())
            QVERIFY2(known.count(key), key.c_str());
        if (value.is_object())
            for (auto part = value.begin(); part != value.end(); ++part)
                QVERIFY2(known.count(key + "." + part.key()), (key + "." + part.key()).c_str());
    }
}

void TestConfigForm::fieldsShowTheDocument()
{
    ConfigDraft draft;
    ConfigForm form(&draft);
    nlohmann::json document = sample();
    document["epochs"] = 77;
    document["init_partial"] = true;
    document["schedule"]["kind"] = "poly";
    draft.load(document, "/");
    QCOMPARE(form.findChild<QSpinBox*>("epochs")->value(), 77);
    QVERIFY(form.findChild<QCheckBox*>("init_partial")->isChecked());
    QCOMPARE(form.findChild<QComboBox*>("schedule.kind")->currentText(), QStringLiteral("poly"));
    QCOMPARE(form.findChild<QComboBox*>("model.network")->currentText(), QStringLiteral("unet"));
    QCOMPARE(form.findChild<RealEdit*>("optimizer.learning_rate")->value(), 3e-5);
    QVERIFY(!draft.problem());
}

void TestConfigForm::fieldsWriteTheDocument()
{
    ConfigDraft draft;
    ConfigForm form(&draft);
    draft.load(sample(), "/");
    form.findChild<QSpinBox*>("batch_size")->setValue(3);
    form.findChild<RealEdit*>("loss.cl_dice")->setValue(0.25);
    auto* optimizer = form.findChild<QComboBox*>("optimizer.kind");
    optimizer->setFocus();
    QTest::keyClick(optimizer, Qt::Key_End);
    form.findChild<QPlainTextEdit*>("data")->setPlainText(R"({"form": "masks", "path": "x"})");
    QVERIFY(draft.document()["batch_size"] == 3);
    QVERIFY(draft.document()["loss"]["cl_dice"] == 0.25);
    QVERIFY(draft.document()["optimizer"]["kind"] == "sgd");
    QVERIFY(draft.document()["optimizer"]["learning_rate"] == 3e-5);
    QVERIFY(draft.document()["data"]["form"] == "masks");
    const auto parsed = parseTrainConfig(draft.document());
    QVERIFY(parsed && parsed->batchSize == 3 && parsed->optimizer.kind == "sgd");
}

void TestConfigForm::defaultsStayOutOfTheDocument()
{
    ConfigDraft draft;
    ConfigForm form(&draft);
    draft.load(sample(), "/");
    QVERIFY(draft.document() == sample());
    QCOMPARE(form.findChild<QSpinBox*>("batch_size")->value(), TrainConfig{}.batchSize);
}

void TestConfigForm::errorStandsAtItsKey()
{
    ConfigDraft draft;
    ConfigForm form(&draft);
    nlohmann::json document = sample();
    document["optimizer"]["momentum"] = 2.0;
    draft.load(document, "/");
    QVERIFY(draft.problem());
    QCOMPARE(draft.problem()->subject, std::string("optimizer.momentum"));
    QVERIFY(!form.fieldError("optimizer.momentum").isEmpty());
    QVERIFY(form.fieldError("epochs").isEmpty());
    draft.setValue("optimizer.momentum", 0.5);
    QVERIFY(form.fieldError("optimizer.momentum").isEmpty());
    document = sample();
    document.erase("model");
    draft.load(document, "/");
    QVERIFY(!form.fieldError("model.network").isEmpty() ||
            !form.fieldError("model.hyper_parameters").isEmpty());
}

void TestConfigForm::brokenJsonKeepsTheDocument()
{
    ConfigDraft draft;
    draft.load(sample(), "/");
    draft.setText("{ \"name\": ");
    QVERIFY(draft.document() == sample());
    QVERIFY(draft.problem() && draft.problem()->subject.empty());
    draft.setText(R"({"nam": "b"})");
    QVERIFY(draft.problem());
    QVERIFY(QString::fromStdString(draft.problem()->detail).contains("name"));
}

void TestConfigForm::startTakesWhatIsBeingTyped()
{
    ConfigDraft draft;
    ConfigPanel panel(&draft);
    draft.load(sample(), "/");
    auto* rate = panel.form()->findChild<RealEdit*>("optimizer.learning_rate");
    rate->findChild<QLineEdit*>()->setText("0.02"); // neither Enter nor another field yet
    QVERIFY(draft.document()["optimizer"]["learning_rate"] == 3e-5);
    QVERIFY(panel.isReady());
    QVERIFY(draft.document()["optimizer"]["learning_rate"] == 0.02);
}

void TestConfigForm::brokenFieldHoldsTheStart()
{
    ConfigDraft draft;
    ConfigPanel panel(&draft);
    draft.load(sample(), "/");
    QVERIFY(panel.isReady());
    auto* augmentation = panel.form()->findChild<QPlainTextEdit*>("augmentation");
    augmentation->setPlainText(R"({"crop_px": 64,})");
    QVERIFY(!draft.problem()); // the document is as before
    QVERIFY(!panel.isReady());
    QVERIFY(!panel.form()->fieldError("augmentation").isEmpty());
    // Another document replaces the text, and with it what was wrong.
    nlohmann::json other = sample();
    other["augmentation"]["crop_px"] = 128;
    draft.load(other, "/");
    QVERIFY(panel.form()->fieldError("augmentation").isEmpty());
    QVERIFY(panel.isReady());
}

void TestConfigForm::textAndFormAgree()
{
    ConfigDraft draft;
    ConfigPanel panel(&draft);
    draft.load(sample(), "/");
    panel.form()->findChild<QSpinBox*>("epochs")->setValue(42);
    QVERIFY(nlohmann::json::parse(panel.jsonText()->toPlainText().toStdString()) == draft.document());
    nlohmann::json other = draft.document();
    other["epochs"] = 5;
    panel.jsonText()->setPlainText(QString::fromStdString(other.dump()));
    QCOMPARE(panel.form()->findChild<QSpinBox*>("epochs")->value(), 5);
    QCOMPARE(panel.jsonText()->toPlainText(), QString::fromStdString(other.dump()));
}

void TestConfigForm::realNumbersKeepTheirDigits()
{
    RealEdit edit;
    edit.setRange(1e-12, 1000);
    edit.setSuffix(" min");
    edit.setValue(1e-4);
    QCOMPARE(edit.textFromValue(1e-4), QStringLiteral("0.0001"));
    QCOMPARE(edit.textFromValue(3e-7), QStringLiteral("3e-07"));
    QCOMPARE(edit.valueFromText("2.5e-3 min"), 2.5e-3);
    edit.stepBy(1);
    QCOMPARE(edit.value(), 1.5e-4);
    int position = 0;
    QString text = "1e";
    QCOMPARE(edit.validate(text, position), QValidator::Intermediate);
    text = "abc";
    QCOMPARE(edit.validate(text, position), QValidator::Invalid);
}

void TestConfigForm::pathsBecomeAbsolute()
{
    nlohmann::json document = sample();
    document["init"] = "unet";
    const auto moved = withAbsolutePaths(document, "/base");
    QVERIFY(moved["data"]["folder"] == "/base");
    QVERIFY(moved["data"]["form"] == "simulated");
    QVERIFY(moved["init"] == "unet");
    document["data"]["folder"] = "sub";
    QVERIFY(withAbsolutePaths(document, "/base")["data"]["folder"] == "/base/sub");
    document["data"]["folder"] = "/other";
    QVERIFY(withAbsolutePaths(document, "/base")["data"]["folder"] == "/other");
    QTemporaryDir folder;
    QFile weights(folder.filePath("w.safetensors"));
    QVERIFY(weights.open(QIODevice::WriteOnly));
    document["init"] = "w.safetensors";
    QVERIFY(withAbsolutePaths(document, folder.path().toStdString())["init"] ==
            weights.fileName().toStdString());
}

void TestConfigForm::filesRoundTrip()
{
    QTemporaryDir folder;
    ConfigDraft draft;
    draft.load(sample(), "/");
    const QString path = folder.filePath("c.json");
    QVERIFY(draft.saveFile(path, false));
    QVERIFY(!draft.saveFile(path, false));
    ConfigDraft other;
    QVERIFY(other.loadFile(path));
    QVERIFY(other.document() == sample());
    QCOMPARE(other.folder(), folder.path());
    QVERIFY(!other.loadFile(folder.filePath("missing.json")));
}

void TestConfigForm::networkBringsItsParameters()
{
    ConfigDraft draft;
    draft.load(sample(), "/");
    const auto parameters = [&draft] { return draft.document()["model"]["hyper_parameters"]; };
    draft.setValue("model.network", "wirenetx"); // while it is typed
    QVERIFY(parameters() == sample()["model"]["hyper_parameters"]);
    draft.setValue("model.network", "transunet");
    QVERIFY(!parameters().contains("width") && parameters().contains("n_classes"));
    draft.setValue("model.network", "swin_unet");
    QVERIFY(parameters() == nlohmann::json({{"num_classes", 3}}));
}

void TestConfigForm::numbersStayInTheirRange()
{
    ConfigDraft draft;
    ConfigForm form(&draft);
    draft.load(sample(), "/");
    auto* momentum = form.findChild<RealEdit*>("optimizer.momentum");
    momentum->selectAll();
    QTest::keyClicks(momentum, "7");
    QTest::keyClick(momentum, Qt::Key_Return);
    QCOMPARE(momentum->value(), momentum->maximum());
    QVERIFY(momentum->toolTip().contains("from 0 to 0.999999"));
}

QTEST_MAIN(TestConfigForm)
#include "tst_config_form.moc"
