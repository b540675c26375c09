// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_source.h"

#include "core/simulate/simulated_cine.h"
#include "core/train/data/simulated_dataset.h"
#include "core/train/readers/dataset_readers.h"
#include "ui/federate/plan_document.h"
#include "ui/train/config_schema.h"
#include "ui/train/field_editors.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kPresetColumns = 4;
const QString kSimulated = QStringLiteral("simulated");

int numberOf(const nlohmann::json& description, const char* key)
{
    static const nlohmann::json kDefaults{{"scenes", SimulatedDatasetSettings{}.scenes},
                                          {"frames_per_scene", SimulatedDatasetSettings{}.framesPerScene},
                                          {"smallest_size_px", SimulatedDatasetSettings{}.smallestSizePx},
                                          {"largest_size_px", SimulatedDatasetSettings{}.largestSizePx}};
    const nlohmann::json given = valueAt(description, key);
    return (given.is_number() ? given : kDefaults[key]).get<int>();
}

bool hasPreset(const nlohmann::json& description, const std::string& preset)
{
    const nlohmann::json given = valueAt(description, "presets");
    const nlohmann::json presets =
        given.is_array() ? given : nlohmann::json(SimulatedDatasetSettings{}.presets);
    return std::find(presets.begin(), presets.end(), preset) != presets.end();
}

} // namespace

PlanSource::PlanSource(const QString& name, QWidget* parent)
    : QWidget(parent), m_description({{"form", "simulated"}})
{
    m_form = new QComboBox(this);
    for (const std::string& form : datasetForms())
        m_form->addItem(QString::fromStdString(form));
    m_form->setAccessibleName(tr("%1: form").arg(name));
    m_form->setToolTip(tr("How files lie in the folder; a chosen folder is recognised where possible. "
                          "simulated: pictures of the simulator, made when they are asked for"));
    m_form->setMinimumHeight(26);
    ignoreWheelWithoutFocus(m_form);
    m_simulator = buildSimulator(name);
    m_folder = buildFolder(name);
    auto* rows = new QFormLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addRow(tr("Form"), m_form);
    rows->addRow(m_folder);
    rows->addRow(m_simulator);
    connect(m_form, &QComboBox::textActivated, this, &PlanSource::chooseForm);
    show();
}

QWidget* PlanSource::buildSimulator(const QString& name)
{
    auto* box = new QWidget(this);
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    int at = 0;
    for (const std::string& preset : simulationPresets()) {
        auto* check = new QCheckBox(QString::fromStdString(preset), box);
        check->setObjectName(QStringLiteral("preset-%1").arg(check->text()));
        check->setAccessibleName(tr("%1: source %2").arg(name, check->text()));
        grid->addWidget(check, at / kPresetColumns, at % kPresetColumns);
        m_presets.push_back(check);
        connect(check, &QCheckBox::toggled, this, [this] {
            nlohmann::json chosen = nlohmann::json::array();
            for (const QCheckBox* other : m_presets)
                if (other->isChecked())
                    chosen.push_back(other->objectName().mid(7).toStdString());
            set("presets", chosen);
        });
        ++at;
    }
    const std::tuple<const char*, QString, int, int, int> numbers[] = {
        {"scenes", tr("Scenes"), 1, 10'000'000, 1},
        {"frames_per_scene", tr("Frames of each"), 1, 10000, 1},
        {"smallest_size_px", tr("Smallest side"), 64, 2048, 32},
        {"largest_size_px", tr("Largest side"), 64, 2048, 32}};
    const int row = (at + kPresetColumns - 1) / kPresetColumns;
    int column = 0;
    for (const auto& [key, text, least, most, step] : numbers) {
        auto* spin = new QSpinBox(box);
        spin->setRange(least, most);
        spin->setSingleStep(step);
        spin->setMinimumHeight(26);
        spin->setObjectName(QString::fromLatin1(key));
        spin->setAccessibleName(tr("%1: %2").arg(name, text));
        if (step > 1)
            spin->setSuffix(tr(" px"));
        ignoreWheelWithoutFocus(spin);
        auto* label = new QLabel(text, box);
        label->setBuddy(spin);
        grid->addWidget(label, row, column);
        grid->addWidget(spin, row + 1, column++);
        m_numbers.emplace_back(key, spin);
        connect(spin, &QSpinBox::valueChanged, this, [this, key = key](int value) { set(key, value); });
    }
    return box;
}

QWidget* PlanSource::buildFolder(const QString& name)
{
    auto* box = new QWidget(this);
    m_path = new QLineEdit(box);
    m_path->setAccessibleName(tr("%1: folder").arg(name));
    m_path->setPlaceholderText(tr("Folder"));
    m_path->setMinimumHeight(26);
    auto* browse = new QPushButton(tr("Browse…"), box);
    browse->setAccessibleName(tr("%1: choose the folder").arg(name));
    browse->setAutoDefault(false);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_path, 1);
    row->addWidget(browse);
    connect(m_path, &QLineEdit::textEdited, this,
            [this](const QString& text) { set("path", text.trimmed().toStdString()); });
    connect(browse, &QPushButton::clicked, this, &PlanSource::chooseFolder);
    return box;
}

void PlanSource::set(const char* key, const nlohmann::json& value)
{
    m_description[key] = value;
    Q_EMIT changed();
}

void PlanSource::chooseForm(const QString& form)
{
    // Options belong to their form; only the folder goes along.
    nlohmann::json next{{"form", form.toStdString()}};
    if (form == kSimulated)
        next = poolSource(defaultPlan());
    else
        next["path"] = m_path->text().trimmed().toStdString();
    m_description = std::move(next);
    show();
    Q_EMIT changed();
}

void PlanSource::chooseFolder()
{
    const QString start = m_path->text().isEmpty() ? m_baseFolder : m_path->text();
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of the data set"), start);
    if (folder.isEmpty())
        return;
    if (const auto guessed = guessDataset(folder.toStdString()))
        m_description = *guessed;
    m_description["path"] = folder.toStdString();
    show();
    Q_EMIT changed();
}

void PlanSource::setDescription(const nlohmann::json& description)
{
    if (description == m_description)
        return;
    m_description = description.is_object() ? description : nlohmann::json::object();
    show();
}

void PlanSource::show()
{
    const nlohmann::json form = valueAt(m_description, "form");
    const bool isSimulator = isSimulated(m_description);
    m_form->setCurrentIndex(
        form.is_string() ? m_form->findText(QString::fromStdString(form.get<std::string>())) : -1);
    m_simulator->setVisible(isSimulator);
    m_folder->setVisible(!isSimulator);
    const nlohmann::json path = valueAt(m_description, "path");
    const QString shown = path.is_string() ? QString::fromStdString(path.get<std::string>()) : QString();
    if (m_path->text().trimmed() != shown)
        m_path->setText(shown);
    for (QCheckBox* preset : m_presets) {
        const QSignalBlocker blocker(preset);
        preset->setChecked(hasPreset(m_description, preset->objectName().mid(7).toStdString()));
    }
    for (const auto& [key, spin] : m_numbers) {
        const QSignalBlocker blocker(spin);
        spin->setValue(numberOf(m_description, key));
    }
}

} // namespace fedefm
