// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/dialogs.h"

#include "core/base/version.h"
#include "ui/common/issue_model.h"
#include "ui/common/settings.h"
#include "ui/common/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fedefm {

namespace {

QDialogButtonBox* closeButton(QDialog* dialog)
{
    auto* box = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    box->button(QDialogButtonBox::Close)->setAccessibleName(QObject::tr("Close"));
    QObject::connect(box, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    return box;
}

QString stateText(const ModuleEntry& entry)
{
    if (entry.loaded)
        return QObject::tr("loaded");
    const Issue issue = issueFromError(entry.problem, Severity::Warning);
    return QStringLiteral("%1. %2").arg(issue.cause, issue.nextStep);
}

} // namespace

ModulesDialog::ModulesDialog(const std::vector<ModuleEntry>& entries, QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("Modules"));
    auto* tree = new QTreeWidget(this);
    tree->setAccessibleName(tr("Modules"));
    tree->setRootIsDecorated(false);
    tree->setHeaderLabels({tr("Name"), tr("Version"), tr("State"), tr("Description")});
    for (const ModuleEntry& entry : entries) {
        auto* row = new QTreeWidgetItem(tree, {QString::fromStdString(entry.name),
                                               QString::fromStdString(entry.version), stateText(entry),
                                               QString::fromStdString(entry.description)});
        row->setToolTip(0, QString::fromStdString(entry.path));
        row->setToolTip(2, stateText(entry));
    }
    tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    auto* column = new QVBoxLayout(this);
    column->addWidget(tree, 1);
    if (entries.empty())
        column->addWidget(new QLabel(tr("No modules are installed. Films need the video module."), this));
    column->addWidget(closeButton(this));
    resize(720, 320);
}

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("About %1").arg(QString::fromLatin1(kProductName)));
    auto* text = new QLabel(
        tr("<h2>%1 %2</h2><p><b>%3</b></p><p>Viewing and segmentation of X-ray sequences with catheters and "
           "guidewires, and a federated endovascular foundation model.</p><p>Free software under the GNU "
           "General "
           "Public License, version 3 or later, without any warranty. Built with Qt %4.</p>")
            .arg(QString::fromLatin1(kProductName), QString::fromLatin1(kVersion),
                 QString::fromLatin1(kResearchUse), QString::fromLatin1(qVersion())),
        this);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* logo = new QLabel(this);
    logo->setPixmap(applicationIcon().pixmap(64, 64));
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(logo, 0, Qt::AlignTop);
    row->addWidget(text, 1);
    auto* column = new QVBoxLayout(this);
    column->addLayout(row);
    column->addWidget(closeButton(this));
    resize(520, 260);
}

SettingsDialog::SettingsDialog(QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("Settings"));
    Settings settings;
    auto* theme = new QComboBox(this);
    theme->addItem(tr("Dark"), themeName(ThemeChoice::Dark));
    theme->addItem(tr("Light"), themeName(ThemeChoice::Light));
    theme->addItem(tr("As the system"), themeName(ThemeChoice::System));
    theme->setCurrentIndex(theme->findData(themeName(settings.theme())));
    theme->setAccessibleName(tr("Theme"));
    auto* font = new QSpinBox(this);
    font->setRange(80, 200);
    font->setSingleStep(10);
    font->setSuffix(QStringLiteral(" %"));
    font->setValue(settings.fontPercent());
    font->setKeyboardTracking(false);
    font->setAccessibleName(tr("Font size"));
    auto* cache = new QSpinBox(this);
    cache->setRange(32, 16384);
    cache->setSingleStep(32);
    cache->setSuffix(QStringLiteral(" MB"));
    cache->setValue(static_cast<int>(settings.cacheBytes() >> 20));
    cache->setToolTip(tr("Decoded frames kept per sequence; acts on sequences opened from now on"));
    cache->setAccessibleName(tr("Memory for frames"));
    auto* form = new QFormLayout(this);
    form->addRow(tr("Theme"), theme);
    form->addRow(tr("Font size"), font);
    form->addRow(tr("Memory for frames"), cache);
    form->addRow(closeButton(this));

    connect(theme, &QComboBox::currentIndexChanged, this, [this, theme] {
        Settings().setTheme(themeFromName(theme->currentData().toString()));
        Q_EMIT lookChanged();
    });
    connect(font, &QSpinBox::valueChanged, this, [this](int percent) {
        Settings().setFontPercent(percent);
        Q_EMIT lookChanged();
    });
    connect(cache, &QSpinBox::valueChanged, this,
            [](int mib) { Settings().setCacheBytes(static_cast<std::size_t>(mib) << 20); });
}

} // namespace fedefm
