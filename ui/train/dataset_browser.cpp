// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/dataset_browser.h"

#include "core/train/readers/dataset_readers.h"
#include "ui/common/issue_model.h"
#include "ui/train/config_draft.h"
#include "ui/train/config_schema.h"
#include "ui/train/dataset_text.h"
#include "ui/train/sample_view.h"
#include "ui/viewer/panel_parts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QVBoxLayout>

namespace fedefm {

namespace {

constexpr int kOptionsRows = 4;
constexpr int kFaultsHeightPx = 110;
constexpr double kDefaultShare = 0.1;
const char* const kSimulated = "simulated";

QString reasonOf(const Error& error)
{
    const Issue issue = issueFromError(error, Severity::Error);
    return QStringLiteral("%1: %2 %3").arg(issue.subject, issue.cause, issue.nextStep);
}

} // namespace

DatasetBrowser::DatasetBrowser(ConfigDraft* draft, QWidget* parent) : QDialog(parent), m_draft(draft)
{
    setWindowTitle(tr("Data browser"));
    resize(980, 680);
    auto* left = new QVBoxLayout;
    left->addWidget(buildChoice());
    left->addWidget(buildOverview(), 1);
    auto* columns = new QHBoxLayout;
    columns->addLayout(left, 1);
    columns->addWidget(buildSample(), 1);
    auto* column = new QVBoxLayout(this);
    column->addLayout(columns, 1);
    column->addWidget(buildUse());
    connectLoader();
    refreshChoice();
}

QWidget* DatasetBrowser::buildChoice()
{
    auto* box = new QWidget(this);
    m_form = new QComboBox(box);
    for (const std::string& form : datasetForms())
        m_form->addItem(QString::fromStdString(form));
    m_form->setCurrentText(QString::fromLatin1(kSimulated));
    m_form->setAccessibleName(tr("Form of the data set"));
    m_form->setToolTip(tr("How files lie in the folder; a chosen folder is recognised where possible"));
    m_path = new QLineEdit(box);
    m_path->setAccessibleName(tr("Folder of the data set"));
    m_path->setPlaceholderText(tr("Folder"));
    m_browse = new QPushButton(tr("Browse…"), box);
    m_browse->setAccessibleName(tr("Choose the folder"));
    m_options = new QPlainTextEdit(QStringLiteral("{}"), box);
    m_options->setAccessibleName(tr("Options of the data set as JSON"));
    m_options->setToolTip(tr("Further keys of this form, as docs/training.md lists them"));
    m_options->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_options->setTabChangesFocus(true);
    m_options->setFixedHeight(kOptionsRows * fontMetrics().lineSpacing() + 12);
    m_look = new QPushButton(tr("Look"), box);
    m_look->setAccessibleName(tr("Look at the data set"));
    m_look->setDefault(true);
    m_problem = new QLabel(box);
    m_problem->setObjectName(QStringLiteral("fieldError"));
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->hide();
    auto* path = new QHBoxLayout;
    path->addWidget(m_path, 1);
    path->addWidget(m_browse);
    auto* rows = new QFormLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addRow(tr("Form"), m_form);
    rows->addRow(tr("Folder"), path);
    rows->addRow(tr("Options"), m_options);
    rows->addRow(m_problem);
    rows->addRow(QString(), m_look);
    connect(m_form, &QComboBox::currentTextChanged, this, &DatasetBrowser::refreshChoice);
    connect(m_browse, &QPushButton::clicked, this, &DatasetBrowser::chooseFolder);
    connect(m_look, &QPushButton::clicked, this, &DatasetBrowser::look);
    connect(m_path, &QLineEdit::returnPressed, this, &DatasetBrowser::look);
    return box;
}

QWidget* DatasetBrowser::buildOverview()
{
    auto* box = new QWidget(this);
    m_overview = new QLabel(box);
    m_overview->setTextFormat(Qt::RichText);
    m_overview->setWordWrap(true);
    m_overview->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_overview->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_overview->setAccessibleName(tr("Statistics"));
    m_overview->setText(
        tr("Choose a folder, or the simulator, and press Look: classes, sources, sizes and sample "
           "pictures appear here."));
    m_faults = new QListWidget(box);
    m_faults->setAccessibleName(tr("Files that cannot be used"));
    m_faults->setFixedHeight(kFaultsHeightPx);
    m_faults->hide();
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 8, 0, 0);
    column->addWidget(scrollingColumn(m_overview, box), 1);
    column->addWidget(m_faults);
    return box;
}

QWidget* DatasetBrowser::buildSample()
{
    auto* box = new QWidget(this);
    m_view = new SampleView(box);
    m_view->setAccessibleName(tr("Sample picture"));
    m_mask = new QCheckBox(tr("Show the mask"), box);
    m_mask->setChecked(true);
    m_index = new QSlider(Qt::Horizontal, box);
    m_index->setAccessibleName(tr("Sample"));
    m_index->setToolTip(tr("Sample of the data set"));
    m_index->setMinimumHeight(24);
    m_index->setEnabled(false);
    m_caption = readOut(tr("About the sample"), box);
    makeSecondary(m_caption);
    auto* row = new QHBoxLayout;
    row->addWidget(m_index, 1);
    row->addWidget(m_mask);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view, 1);
    column->addLayout(row);
    column->addWidget(m_caption);
    connect(m_mask, &QCheckBox::toggled, this, &DatasetBrowser::showSample);
    connect(m_index, &QSlider::valueChanged, this,
            [this](int value) { m_loader.readSample(static_cast<std::size_t>(value)); });
    return box;
}

QWidget* DatasetBrowser::buildUse()
{
    m_use = new QWidget(this);
    auto* row = new QHBoxLayout(m_use);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(new QLabel(tr("Put into the configuration:"), m_use));
    const std::pair<const char*, QString> parts[] = {{"train", tr("For training")},
                                                     {"validation", tr("For validation")},
                                                     {"test", tr("For the test")},
                                                     {"split", tr("For all, split by group")}};
    for (const auto& [part, text] : parts) {
        auto* button = new QPushButton(text, m_use);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, [this, name = std::string(part)] { useAs(name); });
        row->addWidget(button);
    }
    row->addStretch();
    auto* close = new QPushButton(tr("Close"), m_use);
    close->setAutoDefault(false);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    row->addWidget(close);
    return m_use;
}

void DatasetBrowser::connectLoader()
{
    connect(&m_loader, &DatasetLoader::opened, this, &DatasetBrowser::showOverview);
    connect(&m_loader, &DatasetLoader::sampleRead, this, [this](const SamplePicture& sample) {
        m_sample = sample;
        showSample();
    });
    connect(&m_loader, &DatasetLoader::failed, this, [this](const Error& error) {
        m_problem->setText(reasonOf(error));
        m_problem->show();
        m_look->setEnabled(true);
        m_look->setText(tr("Look"));
    });
}

void DatasetBrowser::refreshChoice()
{
    const bool hasFolder = m_form->currentText() != QLatin1String(kSimulated);
    m_path->setEnabled(hasFolder);
    m_browse->setEnabled(hasFolder);
}

nlohmann::json DatasetBrowser::description() const
{
    auto json = nlohmann::json::parse(m_options->toPlainText().toStdString(), nullptr, false);
    if (!json.is_object())
        return nullptr;
    json["form"] = m_form->currentText().toStdString();
    if (m_path->isEnabled())
        json["path"] = m_path->text().trimmed().toStdString();
    return json;
}

void DatasetBrowser::setDescription(const nlohmann::json& description)
{
    nlohmann::json options = description.is_object() ? description : nlohmann::json::object();
    const auto take = [&options](const char* key) {
        const std::string text = options.value(key, std::string());
        options.erase(key);
        return QString::fromStdString(text);
    };
    options.erase("split");
    options.erase("cache_mb");
    options.erase("folder");
    const QString form = take("form");
    if (!form.isEmpty())
        m_form->setCurrentText(form);
    m_path->setText(take("path"));
    m_options->setPlainText(QString::fromStdString(options.dump(2)));
}

void DatasetBrowser::chooseFolder()
{
    const QString start = m_path->text().isEmpty() ? m_draft->folder() : m_path->text();
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of the data set"), start);
    if (folder.isEmpty())
        return;
    if (const auto guessed = guessDataset(folder.toStdString()))
        setDescription(*guessed);
    else if (!m_path->isEnabled())
        m_form->setCurrentText(QStringLiteral("masks"));
    m_path->setText(folder);
    look();
}

void DatasetBrowser::look()
{
    const nlohmann::json json = description();
    m_problem->setVisible(json.is_null());
    if (json.is_null()) {
        m_problem->setText(tr("The options are not a JSON object."));
        return;
    }
    m_look->setEnabled(false);
    m_look->setText(tr("Looking…"));
    m_loader.open(json,
                  QString::fromStdString(dataFolder(m_draft->document(), m_draft->folder().toStdString())));
}

void DatasetBrowser::showOverview(const DatasetOverview& overview)
{
    m_look->setEnabled(true);
    m_look->setText(tr("Look"));
    m_problem->hide();
    m_overview->setText(overviewHtml(overview));
    m_faults->clear();
    for (const DataFault& fault : overview.faults)
        m_faults->addItem(QStringLiteral("%1: %2").arg(QString::fromStdString(fault.file),
                                                       QString::fromStdString(fault.reason)));
    m_faults->setVisible(!overview.faults.empty());
    m_index->setRange(0, static_cast<int>(overview.size) - 1);
    m_index->setEnabled(overview.size > 1);
    m_index->setValue(0);
    m_loader.readSample(0);
}

void DatasetBrowser::showSample()
{
    m_view->setImage(m_mask->isChecked() ? m_sample.labelled : m_sample.picture);
    m_caption->setText(tr("sample %1 · %2").arg(m_sample.index + 1).arg(m_sample.caption));
}

void DatasetBrowser::useAs(const std::string& part)
{
    nlohmann::json json = description();
    if (json.is_null()) {
        look();
        return;
    }
    nlohmann::json sets = m_draft->value("data");
    if (part == "split") {
        sets = json;
        sets["split"] = {{"validation", kDefaultShare}, {"test", kDefaultShare}, {"seed", 1}};
    } else {
        if (!sets.is_object() || sets.contains("form"))
            sets = nlohmann::json::object();
        sets[part] = json;
    }
    m_draft->setValue("data", sets);
}

} // namespace fedefm
