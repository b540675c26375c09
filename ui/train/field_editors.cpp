// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/field_editors.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace fedefm {

namespace {

using Changed = std::function<void(const nlohmann::json&)>;

constexpr int kDecimals = 15;
constexpr int kDigits = 6;
constexpr double kStepFactor = 1.5;
constexpr int kJsonRows = 5;
constexpr double kEndless = 1e6; ///< a bound that nobody meets

class WheelGuard : public QObject
{
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        const auto* widget = qobject_cast<QWidget*>(watched);
        if (event->type() == QEvent::Wheel && widget && !widget->hasFocus()) {
            event->ignore();
            return true;
        }
        return QObject::eventFilter(watched, event);
    }
};

FieldEditor integerEditor(const ConfigField& field, QWidget* parent, const Changed& changed)
{
    auto* box = new QSpinBox(parent);
    const auto bound = [](double value) {
        return static_cast<int>(std::min<double>(value, std::numeric_limits<int>::max()));
    };
    box->setRange(bound(field.least), bound(field.most));
    box->setGroupSeparatorShown(false);
    if (*field.unit)
        box->setSuffix(QLatin1Char(' ') + QString::fromUtf8(field.unit));
    QObject::connect(box, &QSpinBox::valueChanged, box, [changed](int value) { changed(value); });
    return {box,
            [box](const nlohmann::json& value) {
                const QSignalBlocker blocker(box);
                box->setValue(value.is_number() ? static_cast<int>(value.get<double>()) : 0);
            },
            box};
}

FieldEditor realEditor(const ConfigField& field, QWidget* parent, const Changed& changed)
{
    auto* box = new RealEdit(parent);
    box->setRange(field.least, field.most);
    if (*field.unit)
        box->setSuffix(QLatin1Char(' ') + QString::fromUtf8(field.unit));
    QObject::connect(box, &QDoubleSpinBox::valueChanged, box, [changed](double value) { changed(value); });
    return {box,
            [box](const nlohmann::json& value) {
                const QSignalBlocker blocker(box);
                box->setValue(value.is_number() ? value.get<double>() : 0.0);
            },
            box};
}

FieldEditor choiceEditor(const ConfigField& field, QWidget* parent, const Changed& changed)
{
    auto* box = new QComboBox(parent);
    box->setEditable(field.isOpenChoice);
    box->setInsertPolicy(QComboBox::NoInsert);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(10);
    for (const QString& choice : QString::fromLatin1(field.choices).split(QLatin1Char('|')))
        box->addItem(choice);
    const auto report = [changed](const QString& text) { changed(text.toStdString()); };
    QObject::connect(box, &QComboBox::textActivated, box, report);
    if (field.isOpenChoice)
        QObject::connect(box->lineEdit(), &QLineEdit::textEdited, box, report);
    return {box,
            [box](const nlohmann::json& value) {
                const QSignalBlocker blocker(box);
                const QString text =
                    value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString();
                if (!box->isEditable()) {
                    box->setCurrentIndex(box->findText(text));
                } else if (box->currentText() != text) {
                    box->setEditText(text);
                }
            },
            box};
}

FieldEditor textEditor(QWidget* parent, const Changed& changed)
{
    auto* line = new QLineEdit(parent);
    QObject::connect(line, &QLineEdit::textEdited, line,
                     [changed](const QString& text) { changed(text.toStdString()); });
    return {line,
            [line](const nlohmann::json& value) {
                const QString text =
                    value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString();
                if (line->text() != text)
                    line->setText(text);
            },
            line};
}

FieldEditor flagEditor(const ConfigField& field, QWidget* parent, const Changed& changed)
{
    auto* box = new QCheckBox(fieldText(field.label), parent);
    QObject::connect(box, &QCheckBox::toggled, box, [changed](bool on) { changed(on); });
    return {box,
            [box](const nlohmann::json& value) {
                const QSignalBlocker blocker(box);
                box->setChecked(value.is_boolean() && value.get<bool>());
            },
            box};
}

FieldEditor jsonEditor(QWidget* parent, const Changed& changed,
                       const std::function<void(const QString&)>& broken)
{
    auto* edit = new QPlainTextEdit(parent);
    edit->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    edit->setTabChangesFocus(true);
    edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit->setFixedHeight(kJsonRows * edit->fontMetrics().lineSpacing() + 12);
    QObject::connect(edit, &QPlainTextEdit::textChanged, edit, [edit, changed, broken] {
        const auto value =
            nlohmann::json::parse(edit->toPlainText().toStdString(), nullptr, /*allow_exceptions=*/false);
        broken(value.is_discarded() ? QCoreApplication::translate("ConfigForm", "This is not valid JSON yet.")
                                    : QString());
        if (!value.is_discarded())
            changed(value);
    });
    return {edit,
            [edit](const nlohmann::json& value) {
                // What the user writes stays as written while it means the same.
                const auto shown = nlohmann::json::parse(edit->toPlainText().toStdString(), nullptr, false);
                if (shown == value || (edit->hasFocus() && shown.is_discarded()))
                    return;
                const QSignalBlocker blocker(edit);
                edit->setPlainText(value.is_null() ? QStringLiteral("{}")
                                                   : QString::fromStdString(value.dump(2)));
            },
            edit};
}

} // namespace

RealEdit::RealEdit(QWidget* parent) : QDoubleSpinBox(parent)
{
    setDecimals(kDecimals);
    setLocale(QLocale::c());
    setKeyboardTracking(false);
}

QString RealEdit::textFromValue(double value) const
{
    return QLocale::c().toString(value, 'g', kDigits);
}

QString RealEdit::withoutSuffix(QString text) const
{
    if (!suffix().isEmpty() && text.endsWith(suffix()))
        text.chop(suffix().size());
    return text.trimmed();
}

double RealEdit::valueFromText(const QString& text) const
{
    return QLocale::c().toDouble(withoutSuffix(text));
}

QValidator::State RealEdit::validate(QString& text, int&) const
{
    const QString plain = withoutSuffix(text);
    bool isNumber = false;
    const double value = QLocale::c().toDouble(plain, &isNumber);
    if (isNumber && value >= minimum() && value <= maximum())
        return QValidator::Acceptable;
    const auto isPart = [](QChar c) { return c.isDigit() || QStringLiteral("+-.eE ").contains(c); };
    return std::all_of(plain.begin(), plain.end(), isPart) ? QValidator::Intermediate : QValidator::Invalid;
}

/// A number outside the range becomes the nearest inside; Qt would bring the old one back.
void RealEdit::fixup(QString& text) const
{
    bool isNumber = false;
    const double value = QLocale::c().toDouble(withoutSuffix(text), &isNumber);
    if (isNumber)
        text = textFromValue(std::clamp(value, minimum(), maximum())) + suffix();
}

void RealEdit::stepBy(int steps)
{
    const double from = value();
    if (from > 0.0)
        setValue(QLocale::c().toDouble(QLocale::c().toString(from * std::pow(kStepFactor, steps), 'g', 3)));
    else if (steps > 0)
        setValue(std::max(minimum(), std::min(0.1, maximum())));
}

FieldEditor makeFieldEditor(const ConfigField& field, QWidget* parent, const Changed& changed,
                            const std::function<void(const QString&)>& broken)
{
    FieldEditor editor;
    switch (field.kind) {
    case ConfigField::Kind::Integer:
        editor = integerEditor(field, parent, changed);
        break;
    case ConfigField::Kind::Real:
        editor = realEditor(field, parent, changed);
        break;
    case ConfigField::Kind::Choice:
        editor = choiceEditor(field, parent, changed);
        break;
    case ConfigField::Kind::Flag:
        editor = flagEditor(field, parent, changed);
        break;
    case ConfigField::Kind::Json:
        editor = jsonEditor(parent, changed, broken);
        break;
    case ConfigField::Kind::Text:
        editor = textEditor(parent, changed);
        break;
    }
    editor.widget->setAccessibleName(fieldText(field.label));
    editor.widget->setToolTip(fieldToolTip(field, field.key));
    editor.widget->setObjectName(QString::fromLatin1(field.key));
    editor.widget->setMinimumHeight(26);
    ignoreWheelWithoutFocus(editor.widget);
    return editor;
}

QString fieldToolTip(const ConfigField& field, const std::string& key)
{
    QStringList lines{fieldText(field.tip)};
    const bool isNumber = field.kind == ConfigField::Kind::Integer || field.kind == ConfigField::Kind::Real;
    if (isNumber && field.most < kEndless)
        lines << QCoreApplication::translate("ConfigForm", "from %1 to %2")
                     .arg(QLocale::c().toString(field.least, 'g', kDigits),
                          QLocale::c().toString(field.most, 'g', kDigits));
    lines << QString::fromStdString(key);
    return lines.join(QLatin1Char('\n'));
}

void ignoreWheelWithoutFocus(QWidget* widget)
{
    if (qobject_cast<QPlainTextEdit*>(widget))
        return;
    widget->setFocusPolicy(Qt::StrongFocus);
    widget->installEventFilter(new WheelGuard(widget));
}

QString fieldText(const char* source)
{
    return QCoreApplication::translate("ConfigField", source);
}

} // namespace fedefm
