// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"

#include <QCache>
#include <QImage>
#include <QMutex>
#include <QString>

namespace fedefm {

/// Representative (else middle) frame at its default window, at most `sizePx` on the longer side, square
/// pixels, shutter applied. Decodes: call it away from the GUI thread. A null image when the frame cannot be
/// read.
QImage thumbnailOf(const SequencePtr& sequence, int sizePx);

/// Small pictures by key (SOP instance UID or path), bounded in bytes. Thread-safe.
class ThumbnailCache
{
public:
    explicit ThumbnailCache(qsizetype limitBytes = 32 * 1024 * 1024);

    QImage find(const QString& key) const; ///< null image when unknown
    void insert(const QString& key, const QImage& picture);
    void clear();

private:
    mutable QMutex m_mutex;
    mutable QCache<QString, QImage> m_pictures;
};

} // namespace fedefm
