// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/start_page.h"

#include "core/base/version.h"
#include "ui/common/theme.h"

#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace fedefm {

namespace {

constexpr int kWidthPx = 560;
constexpr int kShownRecent = 3;
constexpr int kLogoPx = 72;

} // namespace

StartPage::StartPage(QWidget* parent)
    : QWidget(parent), m_text(new QLabel(this)), m_primary(new QPushButton(this)),
      m_files(new QPushButton(themedIcon(QStringLiteral("open")), tr("Open files…"), this)),
      m_folder(new QPushButton(themedIcon(QStringLiteral("folder")), tr("Open folder…"), this)),
      m_recent(new QVBoxLayout)
{
    auto* logo = new QLabel(this);
    logo->setPixmap(applicationIcon().pixmap(kLogoPx, kLogoPx));
    auto* title = new QLabel(QString::fromLatin1(kProductName), this);
    title->setObjectName(QStringLiteral("startTitle"));
    m_text->setObjectName(QStringLiteral("startText"));
    m_text->setWordWrap(true);
    m_primary->setObjectName(QStringLiteral("primary"));
    m_files->setAccessibleName(tr("Open files"));
    m_folder->setAccessibleName(tr("Open folder"));

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_primary);
    buttons->addWidget(m_files);
    buttons->addWidget(m_folder);
    buttons->addStretch();
    auto* block = new QWidget(this);
    block->setFixedWidth(kWidthPx);
    auto* column = new QVBoxLayout(block);
    column->setSpacing(16);
    column->addWidget(logo);
    column->addWidget(title);
    column->addWidget(m_text);
    column->addLayout(buttons);
    m_recent->setSpacing(2);
    column->addLayout(m_recent);
    auto* row = new QHBoxLayout(this);
    row->addStretch();
    row->addWidget(block, 0, Qt::AlignVCenter);
    row->addStretch();

    connect(m_primary, &QPushButton::clicked, this, [this] {
        if (!m_isAccepted)
            Q_EMIT accepted();
        Q_EMIT demoWanted();
    });
    connect(m_files, &QPushButton::clicked, this, &StartPage::filesWanted);
    connect(m_folder, &QPushButton::clicked, this, &StartPage::folderWanted);
    refresh(false, {});
}

void StartPage::refresh(bool researchUseAccepted, const QStringList& recent)
{
    m_isAccepted = researchUseAccepted;
    m_text->setText(
        researchUseAccepted
            ? tr("Open an X-ray sequence: drop files or a folder anywhere on this window.")
            : tr("This program shows X-ray sequences and marks catheters and guidewires in them. It is "
                 "for research. It is not a medical device and must not be used for diagnosis or "
                 "treatment: its results can be wrong."));
    m_primary->setText(researchUseAccepted ? tr("Open the demo") : tr("I understand: start with the demo"));
    m_primary->setAccessibleName(m_primary->text());
    m_primary->setMinimumWidth(m_primary->sizeHint().width());
    m_files->setVisible(researchUseAccepted);
    m_folder->setVisible(researchUseAccepted);
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    if (!researchUseAccepted)
        return;
    for (const QString& path : recent.mid(0, kShownRecent)) {
        const QString name = QFileInfo(path).fileName();
        auto* button = new QPushButton(themedIcon(QStringLiteral("film")), name, this);
        button->setFlat(true);
        button->setAccessibleName(tr("Open %1").arg(name));
        connect(button, &QPushButton::clicked, this, [this, path] { Q_EMIT recentWanted(path); });
        m_recent->addWidget(button, 0, Qt::AlignLeft);
    }
}

} // namespace fedefm
