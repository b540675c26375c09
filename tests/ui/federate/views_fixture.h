// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session_folder.h"
#include "ui/federate/session_reading.h"
#include "ui_test_support.h"

#include <QImage>
#include <QWidget>

namespace fedefm::test {

/// Views over sessions in a folder of their own.
class ViewsFixture : public QObject
{
protected:
    void open()
    {
        m_studio = std::make_unique<Studio>();
        m_folder = std::make_unique<QTemporaryDir>();
    }

    std::filesystem::path runs() const { return m_folder->path().toStdString(); }
    static SessionSnapshotPtr look(const SessionFolder& session)
    {
        SessionReading reading(session.folder());
        return reading.look(QDateTime::currentDateTimeUtc());
    }
    static QImage picture(QWidget& widget, const QSize& size)
    {
        widget.resize(size);
        return widget.grab().toImage();
    }
    static int countOf(const QImage& image, const QColor& color)
    {
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += image.pixelColor(x, y).rgb() == color.rgb() ? 1 : 0;
        return count;
    }

    std::unique_ptr<test::Studio> m_studio;
    std::unique_ptr<QTemporaryDir> m_folder;
};

} // namespace fedefm::test
