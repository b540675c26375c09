// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

namespace fedefm {

/// A picture as large as fits, on the darkest ground, smooth at device pixels.
class SampleView : public QWidget
{
    Q_OBJECT
public:
    explicit SampleView(QWidget* parent = nullptr);
    void setImage(const QImage& image);
    QSize sizeHint() const override { return {320, 320}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QImage m_image;
};

} // namespace fedefm
