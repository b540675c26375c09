// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/thumbnail.h"

#include "core/formats/render_frame.h"

#include <QMutexLocker>

#include <algorithm>

namespace fedefm {

namespace {

double pixelAspect(const PixelSpacing& spacing)
{
    return spacing.rowMm > 0.0 && spacing.columnMm > 0.0 ? spacing.rowMm / spacing.columnMm : 1.0;
}

void coverShutter(RgbPicture& picture, const Shutter& shutter)
{
    if (shutter.isEmpty())
        return;
    const std::vector<std::uint8_t> visible = shutter.visibleMask(picture.width, picture.height);
    const auto grey = static_cast<std::uint8_t>(shutter.presentationValue >> 8);
    for (std::size_t i = 0; i < visible.size(); ++i)
        if (!visible[i])
            std::fill_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey);
}

} // namespace

QImage thumbnailOf(const SequencePtr& sequence, int sizePx)
{
    if (!sequence || sizePx <= 0 || sequence->info().frameCount <= 0)
        return {};
    const SequenceInfo& info = sequence->info();
    const auto frame = sequence->read(std::clamp(info.defaultFrame(), 0, info.frameCount - 1));
    if (!frame)
        return {};
    auto picture = renderFrame(*sequence, **frame, defaultTransform(**frame, info.grey));
    if (!picture)
        return {};
    coverShutter(*picture, info.shutter);
    const QImage whole(picture->rgb.data(), picture->width, picture->height, 3 * picture->width,
                       QImage::Format_RGB888);
    const double heightPx = picture->height * pixelAspect(info.spacing);
    const double scale = sizePx / std::max(static_cast<double>(picture->width), heightPx);
    return whole.scaled(std::max(1, qRound(picture->width * scale)), std::max(1, qRound(heightPx * scale)),
                        Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

ThumbnailCache::ThumbnailCache(qsizetype limitBytes) : m_pictures(limitBytes) {}

QImage ThumbnailCache::find(const QString& key) const
{
    const QMutexLocker lock(&m_mutex);
    const QImage* found = m_pictures.object(key);
    return found ? *found : QImage();
}

void ThumbnailCache::insert(const QString& key, const QImage& picture)
{
    const QMutexLocker lock(&m_mutex);
    m_pictures.insert(key, new QImage(picture), std::max<qsizetype>(1, picture.sizeInBytes()));
}

void ThumbnailCache::clear()
{
    const QMutexLocker lock(&m_mutex);
    m_pictures.clear();
}

} // namespace fedefm
