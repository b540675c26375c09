// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/app_context.h"
#include "ui/jobs/export_tasks.h"

#include <QDialog>
#include <QPointer>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace fedefm {

class CineController;
class ImageView;
class JobModel;
class SeriesDocument;

/// Takes the result away: a picture, a film or the segmentation. Not modal; the writing is a job.
/// No identity leaves unless "with identity" is ticked, which privacy mode forbids.
class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(SeriesDocument* document, const ImageView* view, const AppContext& context, JobModel* jobs,
                 QWidget* parent = nullptr);

    void setKind(ExportKind kind);
    ExportKind kind() const;
    void setTarget(const QString& path); ///< file for picture and film, folder for segmentations
    QString target() const;
    /// Why the chosen export is impossible now; empty when it can start.
    QString obstacle() const;

public Q_SLOTS:
    void accept() override; ///< starts the job and closes

private:
    void buildWidgets();
    void connectWidgets();
    void refresh();
    void proposeTarget();
    void browse();
    bool isPrivacy() const;
    FilmRequest filmRequest() const;
    Job::Work work() const;

    QPointer<SeriesDocument> m_document;
    QPointer<const ImageView> m_view;
    QPointer<CineController> m_cine;
    AppContext m_context;
    JobModel* m_jobs;
    bool m_targetEdited = false;

    QFormLayout* m_form = nullptr;
    QComboBox* m_kind = nullptr;
    QComboBox* m_range = nullptr;
    QComboBox* m_scale = nullptr;
    QCheckBox* m_overlay = nullptr;
    QCheckBox* m_text = nullptr;
    QCheckBox* m_identity = nullptr;
    QCheckBox* m_overwrite = nullptr;
    QLineEdit* m_target = nullptr;
    QPushButton* m_browse = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_note = nullptr;
};

} // namespace fedefm
