// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/train/dataset_loader.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSlider;

namespace fedefm {

class ConfigDraft;
class SampleView;

/// Looks into a data set before it is trained on: statistics, sample pictures with their masks, files that
/// cannot be used. What is looked at can be put into the configuration. Not modal.
class DatasetBrowser : public QDialog
{
    Q_OBJECT
public:
    DatasetBrowser(ConfigDraft* draft, QWidget* parent = nullptr);

    /// The description as a configuration has it.
    nlohmann::json description() const;
    void setDescription(const nlohmann::json& description);
    void look(); ///< opens what description() says
    DatasetLoader* loader() { return &m_loader; }
    void useAs(const std::string& part); ///< "train", "validation", "test", "split"

private:
    QWidget* buildChoice();
    QWidget* buildOverview();
    QWidget* buildSample();
    QWidget* buildUse();
    void connectLoader();
    void chooseFolder();
    void refreshChoice();
    void showOverview(const DatasetOverview& overview);
    void showSample();

    ConfigDraft* m_draft;
    DatasetLoader m_loader;
    SamplePicture m_sample;
    QComboBox* m_form = nullptr;
    QLineEdit* m_path = nullptr;
    QPushButton* m_browse = nullptr;
    QPlainTextEdit* m_options = nullptr;
    QPushButton* m_look = nullptr;
    QLabel* m_problem = nullptr;
    QLabel* m_overview = nullptr;
    QListWidget* m_faults = nullptr;
    SampleView* m_view = nullptr;
    QCheckBox* m_mask = nullptr;
    QSlider* m_index = nullptr;
    QLabel* m_caption = nullptr;
    QWidget* m_use = nullptr;
};

} // namespace fedefm
