// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace fedefm {

/// What the middle of the window shows while nothing is open: at the first start the research-use page, later
/// the demo, the last three items and a drop target.
class StartPage : public QWidget
{
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);

    /// `recent` are paths; only file names are shown.
    void refresh(bool researchUseAccepted, const QStringList& recent);

Q_SIGNALS:
    void accepted(); ///< research use
    void demoWanted();
    void filesWanted();
    void folderWanted();
    void recentWanted(const QString& path);

private:
    QLabel* m_text;
    QPushButton* m_primary;
    QPushButton* m_files;
    QPushButton* m_folder;
    QVBoxLayout* m_recent;
    bool m_isAccepted = false;
};

} // namespace fedefm
