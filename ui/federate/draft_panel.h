// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QWidget>

#include <nlohmann/json.hpp>
#include <optional>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace fedefm {

/// The plan of the next session as JSON, checked while it is written, with Start.
class DraftPanel : public QWidget
{
    Q_OBJECT
public:
    explicit DraftPanel(QWidget* parent = nullptr);

    void setPlan(const nlohmann::json& plan);
    Status openFile(const QString& path);
    Status saveFile(const QString& path) const; ///< the caller has asked about an existing file
    QString folder() const { return m_folder; }
    bool hasPlan() const;
    bool isRight() const { return m_isRight; } ///< there is a plan, and nothing is wrong with it
    /// With paths that hold wherever the plan is stored; nullopt while it is not right.
    std::optional<nlohmann::json> plan() const;
    QString problem() const;
    void setStarting(bool starting); ///< between the click and the first sign of the session
    QPlainTextEdit* text() const { return m_text; }

Q_SIGNALS:
    void startWanted();
    void editWanted(); ///< in the wizard
    void openWanted();
    void saveWanted();
    void changed();

private:
    QWidget* buildFoot();
    void check();

    QPlainTextEdit* m_text;
    QLabel* m_problem = nullptr;
    QPushButton* m_start = nullptr;
    QString m_folder; ///< where relative paths of the plan begin
    bool m_isStarting = false;
    bool m_isRight = false;
};

} // namespace fedefm
