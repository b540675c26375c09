// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/prediction_panel.h"

#include "ui/train/label_picture.h"
#include "ui/viewer/panel_parts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <memory>

namespace fedefm {

namespace {

constexpr int kGapPx = 2;
constexpr int kMaxSidePx = 512;
constexpr int kLeastHeightPx = 64;

QImage readPicture(const std::filesystem::path& file)
{
    const QImage image(QString::fromStdString(file.string()));
    return image.width() > kMaxSidePx || image.height() > kMaxSidePx
               ? image.scaled(kMaxSidePx, kMaxSidePx, Qt::KeepAspectRatio, Qt::SmoothTransformation)
               : image;
}

/// A stored drawing is shown as it is, class numbers are laid over the picture.
QImage shown(const QImage& picture, const std::filesystem::path& file)
{
    const QImage image(QString::fromStdString(file.string()));
    return isLabelPicture(image)
               ? overLabels(picture, image)
               : image.scaled(picture.size(), Qt::KeepAspectRatio).convertToFormat(QImage::Format_RGB32);
}

QImage pairOf(const RunReader::SampleFiles& files)
{
    const QImage picture = readPicture(files.picture);
    if (picture.isNull())
        return {};
    QImage pair(2 * picture.width() + kGapPx, picture.height(), QImage::Format_RGB32);
    pair.fill(Qt::black);
    QPainter painter(&pair);
    painter.drawImage(0, 0, shown(picture, files.reference));
    painter.drawImage(picture.width() + kGapPx, 0, shown(picture, files.prediction));
    return pair;
}

} // namespace

PredictionPanel::PredictionPanel(QWidget* parent) : QWidget(parent), m_worker(QStringLiteral("samples"))
{
    m_strip = new QWidget;
    m_row = new QHBoxLayout(m_strip);
    m_row->setContentsMargins(8, 0, 8, 4);
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_strip);
    scroll->setWidgetResizable(true);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::StrongFocus);
    scroll->setAccessibleName(tr("Predictions beside labels"));
    auto* filled = new QWidget(this);
    auto* filledColumn = new QVBoxLayout(filled);
    filledColumn->setContentsMargins(0, 0, 0, 0);
    filledColumn->setSpacing(0);
    filledColumn->addWidget(buildHead());
    filledColumn->addWidget(scroll, 1);
    m_empty = emptyState(tr("Predictions appear here after the first validation of the chosen run."), this);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(filled);
    m_stack->addWidget(m_empty);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_stack);
    clear();
}

PredictionPanel::~PredictionPanel() = default;

QWidget* PredictionPanel::buildHead()
{
    auto* head = new QWidget(this);
    m_slider = new QSlider(Qt::Horizontal, head);
    m_slider->setAccessibleName(tr("Epoch of the predictions"));
    m_slider->setToolTip(tr("Epoch; at the right end the newest is followed"));
    m_slider->setPageStep(1);
    m_slider->setMinimumHeight(24);
    m_slider->setMaximumWidth(320);
    m_caption = new QLabel(head);
    m_caption->setAccessibleName(tr("Epoch on show"));
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(8, 2, 8, 2);
    row->addWidget(m_slider, 1);
    row->addWidget(m_caption, 1);
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        m_isFollowing = value == m_slider->maximum();
        showEpoch();
    });
    return head;
}

void PredictionPanel::clear()
{
    setSamples({}, {});
}

int PredictionPanel::epoch() const
{
    const auto at = static_cast<std::size_t>(m_slider->value());
    return at < m_epochs.size() ? m_epochs[at] : -1;
}

void PredictionPanel::setSamples(const QString& run, const std::vector<RunReader::SampleFiles>& samples)
{
    const bool isOther = run != m_run;
    if (!isOther && samples.size() == m_samples.size() && !samples.empty())
        return;
    const int before = isOther ? -1 : epoch();
    m_isFollowing = m_isFollowing || isOther;
    m_run = run;
    m_samples = samples;
    m_epochs.clear();
    for (const auto& sample : samples)
        m_epochs.push_back(sample.epoch);
    std::sort(m_epochs.begin(), m_epochs.end());
    m_epochs.erase(std::unique(m_epochs.begin(), m_epochs.end()), m_epochs.end());
    m_stack->setCurrentIndex(m_epochs.empty() ? 1 : 0);
    {
        const QSignalBlocker blocker(m_slider);
        const int last = std::max(0, static_cast<int>(m_epochs.size()) - 1);
        m_slider->setRange(0, last);
        m_slider->setEnabled(last > 0);
        const auto it = std::find(m_epochs.begin(), m_epochs.end(), before);
        m_slider->setValue(m_isFollowing || it == m_epochs.end()
                               ? last
                               : static_cast<int>(std::distance(m_epochs.begin(), it)));
    }
    showEpoch();
}

void PredictionPanel::showEpoch()
{
    const int wanted = epoch();
    // Counted from 1 wherever people read it.
    m_caption->setText(wanted < 0 ? QString()
                                  : tr("epoch %1 · label left, prediction right").arg(wanted + 1));
    std::vector<RunReader::SampleFiles> files;
    for (const auto& sample : m_samples)
        if (sample.epoch == wanted)
            files.push_back(sample);
    const int generation = ++m_generation;
    m_worker.post([this, files, generation] {
        auto images = std::make_shared<std::vector<QImage>>();
        for (const auto& file : files)
            images->push_back(pairOf(file));
        answerOn(this, [this, images, generation] {
            if (generation != m_generation)
                return;
            m_images = std::move(*images);
            showImages();
        });
    });
}

void PredictionPanel::showImages()
{
    while (QLayoutItem* item = m_row->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const QWidget* area = m_strip->parentWidget();
    const int height = std::max(kLeastHeightPx, area->height() - 14);
    const double ratio = devicePixelRatioF();
    int number = 0;
    for (const QImage& image : m_images) {
        ++number;
        auto* label = new QLabel(m_strip);
        label->setAccessibleName(tr("Sample %1: label left, prediction right").arg(number));
        if (image.isNull()) {
            label->setText(tr("The picture of sample %1 cannot be read.").arg(number));
        } else {
            QPixmap pixmap =
                QPixmap::fromImage(image.scaledToHeight(qRound(height * ratio), Qt::SmoothTransformation));
            pixmap.setDevicePixelRatio(ratio);
            label->setPixmap(pixmap);
        }
        m_row->addWidget(label, 0, Qt::AlignTop);
    }
    m_row->addStretch();
}

void PredictionPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    showImages();
}

} // namespace fedefm
