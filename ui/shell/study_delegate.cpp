// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/study_delegate.h"

#include "ui/shell/study_model.h"

#include <QApplication>
#include <QIcon>
#include <QPainter>

#include <algorithm>

namespace fedefm {

namespace {

constexpr int kThumbnailPx = 44;
constexpr int kGapPx = 8;
constexpr int kMarginPx = 4;

bool isLeaf(const QModelIndex& index)
{
    return !index.data(StudyModel::PathRole).toString().isEmpty();
}

void paintThumbnail(QPainter& painter, const QRect& box, const QVariant& decoration)
{
    painter.fillRect(box, Qt::black);
    if (decoration.userType() == QMetaType::QImage) {
        const auto picture = decoration.value<QImage>();
        const QSizeF size = QSizeF(picture.size()).scaled(box.size(), Qt::KeepAspectRatio);
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        painter.drawImage(
            QRectF(QPointF(box.center()) - QPointF(size.width() / 2 - 0.5, size.height() / 2 - 0.5), size),
            picture);
    } else {
        // Dark ground in every theme, so the symbol is drawn faintly rather than in the theme's ink.
        painter.setOpacity(0.5);
        decoration.value<QIcon>().paint(&painter, box.adjusted(12, 12, -12, -12));
        painter.setOpacity(1.0);
    }
}

} // namespace

void StudyDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    QStyleOptionViewItem row = option;
    initStyleOption(&row, index);
    row.text.clear();
    row.icon = {};
    const QWidget* widget = option.widget;
    (widget ? widget->style() : QApplication::style())
        ->drawControl(QStyle::CE_ItemViewItem, &row, painter, widget);

    painter->save();
    QRect area = option.rect.adjusted(kMarginPx, kMarginPx, -kMarginPx, -kMarginPx);
    if (isLeaf(index)) {
        const QRect box(area.left(), area.center().y() - kThumbnailPx / 2 + 1, kThumbnailPx, kThumbnailPx);
        paintThumbnail(*painter, box, index.data(Qt::DecorationRole));
        if (index.data(StudyModel::OpenRole).toBool()) {
            painter->setPen(QPen(option.palette.color(QPalette::Highlight), 2));
            painter->drawRect(box);
        }
        area.setLeft(box.right() + kGapPx);
    }
    QFont bold = option.font;
    bold.setWeight(isLeaf(index) ? QFont::Normal : QFont::DemiBold);
    const QString second = index.data(StudyModel::SecondaryRole).toString();
    const int lineHeight = option.fontMetrics.height();
    const int blockHeight = second.isEmpty() ? lineHeight : 2 * lineHeight;
    QRect line(area.left(), area.center().y() - blockHeight / 2 + 1, area.width(), lineHeight);
    painter->setFont(bold);
    painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(bold).elidedText(index.data().toString(), Qt::ElideRight, line.width()));
    line.translate(0, lineHeight);
    painter->setFont(option.font);
    painter->setPen(option.palette.color(QPalette::PlaceholderText));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(second, Qt::ElideRight, line.width()));
    painter->restore();
}

QSize StudyDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int lines = index.data(StudyModel::SecondaryRole).toString().isEmpty() ? 1 : 2;
    const int text = lines * option.fontMetrics.height() + 2 * kMarginPx;
    return {140, isLeaf(index) ? std::max(text, kThumbnailPx + 2 * kMarginPx) : std::max(text, 24)};
}

} // namespace fedefm
