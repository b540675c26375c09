// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/thumbnail_loader.h"

#include "core/formats/open_sequence.h"

#include <algorithm>
#include <exception>

namespace fedefm {

namespace {

constexpr std::size_t kMaxWishes = 64;

QImage make(const QString& path, const ModuleLoader* modules)
{
    static const ModuleContents none;
    try {
        const Result<SequencePtr> sequence =
            openSequence(path.toStdString(), modules ? modules->contents() : none);
        return sequence ? thumbnailOf(*sequence, ThumbnailLoader::kSizePx) : QImage();
    } catch (const std::exception&) {
        return {};
    }
}

} // namespace

ThumbnailLoader::ThumbnailLoader(std::shared_ptr<const ModuleLoader> modules, QObject* parent)
    : QObject(parent), m_modules(std::move(modules)), m_worker(QStringLiteral("thumbnails"))
{
}

ThumbnailLoader::~ThumbnailLoader() = default;

QImage ThumbnailLoader::get(const QString& path)
{
    const QImage known = m_cache.find(path);
    if (!known.isNull() || m_impossible.contains(path))
        return known;
    {
        const std::lock_guard lock(m_mutex);
        const auto it = std::find(m_wishes.begin(), m_wishes.end(), path);
        if (it != m_wishes.end()) {
            std::rotate(it, it + 1, m_wishes.end());
            return {};
        }
        m_wishes.push_back(path);
        if (m_wishes.size() > kMaxWishes)
            m_wishes.erase(m_wishes.begin());
    }
    m_worker.post([this] { makeNewest(); });
    return {};
}

void ThumbnailLoader::makeNewest()
{
    QString path;
    {
        const std::lock_guard lock(m_mutex);
        if (m_wishes.empty())
            return;
        path = m_wishes.back();
    }
    const QImage picture = make(path, m_modules.get());
    {
        const std::lock_guard lock(m_mutex);
        m_wishes.erase(std::remove(m_wishes.begin(), m_wishes.end(), path), m_wishes.end());
    }
    answerOn(this, [this, path, picture] {
        if (picture.isNull())
            m_impossible.insert(path);
        else
            m_cache.insert(path, picture);
        Q_EMIT ready(path);
    });
}

} // namespace fedefm
