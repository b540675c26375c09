// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/config_schema.h"

#include <QDoubleSpinBox>
#include <QString>
#include <QWidget>

#include <functional>

namespace fedefm {

/// A number over many orders of magnitude: shown with its significant digits, steps multiply.
class RealEdit : public QDoubleSpinBox
{
    Q_OBJECT
public:
    explicit RealEdit(QWidget* parent = nullptr);
    QString textFromValue(double value) const override;
    double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;
    void fixup(QString& text) const override;
    void stepBy(int steps) override;

private:
    QString withoutSuffix(QString text) const;
};

/// The widget for one field with its two directions.
struct FieldEditor
{
    QWidget* widget = nullptr;
    std::function<void(const nlohmann::json&)> show; ///< does not report a change
    QWidget* focusTarget = nullptr;
};

/// `changed` gets every value that the user enters; `broken` a text that is no value (Json fields), or ""
/// when it is one again.
FieldEditor makeFieldEditor(const ConfigField& field, QWidget* parent,
                            const std::function<void(const nlohmann::json&)>& changed,
                            const std::function<void(const QString&)>& broken);

/// A list or number under the pointer must not change while the form is scrolled.
void ignoreWheelWithoutFocus(QWidget* widget);

QString fieldText(const char* source);
/// What the field means, the range of a number, and its key in the document.
QString fieldToolTip(const ConfigField& field, const std::string& key);

} // namespace fedefm
