// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/fold_section.h"

#include "ui/common/settings.h"
#include "ui/common/theme.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace fedefm {

FoldSection::FoldSection(const QString& key, const QString& title, QWidget* content, bool unfolded,
                         QWidget* parent)
    : QWidget(parent), m_key(key), m_header(new QToolButton(this)), m_content(content)
{
    m_header->setObjectName(QStringLiteral("foldHeader"));
    m_header->setText(title);
    m_header->setAccessibleName(title);
    m_header->setCheckable(true);
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_header->setFocusPolicy(Qt::TabFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(content, 1);
    connect(m_header, &QToolButton::toggled, this, [this](bool open) {
        m_content->setVisible(open);
        Settings().setUnfolded(m_key, open);
        Q_EMIT folded(open);
        showState(open);
    });
    content->setVisible(false);
    showState(false);
    setUnfolded(Settings().isUnfolded(key, unfolded));
}

void FoldSection::showState(bool unfolded)
{
    setSizePolicy(QSizePolicy::Preferred, unfolded ? QSizePolicy::Expanding : QSizePolicy::Fixed);
    m_header->setIcon(
        themedIcon(unfolded ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right")));
    m_header->setToolTip(unfolded ? tr("Fold away") : tr("Unfold"));
}

bool FoldSection::isUnfolded() const
{
    return m_header->isChecked();
}

void FoldSection::setUnfolded(bool unfolded)
{
    m_header->setChecked(unfolded);
}

} // namespace fedefm
