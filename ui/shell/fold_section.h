// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QToolButton;

namespace fedefm {

/// A panel with a heading that folds it away; remembers its state under the heading's key.
class FoldSection : public QWidget
{
    Q_OBJECT
public:
    /// `content` is owned from here on.
    FoldSection(const QString& key, const QString& title, QWidget* content, bool unfolded,
                QWidget* parent = nullptr);

    bool isUnfolded() const;
    void setUnfolded(bool unfolded);
    QWidget* content() const { return m_content; }

Q_SIGNALS:
    void folded(bool unfolded);

private:
    void showState(bool unfolded);

    QString m_key;
    QToolButton* m_header;
    QWidget* m_content;
};

} // namespace fedefm
