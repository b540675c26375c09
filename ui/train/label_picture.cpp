// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/label_picture.h"

#include "ui/common/theme.h"

#include <algorithm>
#include <cmath>

namespace fedefm {

namespace {

constexpr double kOpacity = 0.55;
constexpr int kIgnored = 255;
constexpr int kMostClasses = 32;

int mixed(int below, int above)
{
    return static_cast<int>(std::lround(below * (1.0 - kOpacity) + above * kOpacity));
}

uchar grey(float value)
{
    return static_cast<uchar>(std::lround(255.0f * std::clamp(value, 0.0f, 1.0f)));
}

} // namespace

QColor classColor(int wireClass)
{
    switch (wireClass) {
    case 0:
        return {};
    case 1:
        return colors::catheter;
    case 2:
        return colors::guidewire;
    case 3:
        return colors::tip;
    default:
        return colors::error;
    }
}

QImage overLabels(const QImage& picture, const QImage& labels)
{
    QImage result = picture.convertToFormat(QImage::Format_RGB32);
    if (labels.isNull() || result.isNull())
        return result;
    const QImage classes = labels.convertToFormat(QImage::Format_Grayscale8);
    for (int y = 0; y < result.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(result.scanLine(y));
        const uchar* from = classes.constScanLine(y * classes.height() / result.height());
        for (int x = 0; x < result.width(); ++x) {
            const int wireClass = from[x * classes.width() / result.width()];
            if (wireClass == 0 || wireClass == kIgnored)
                continue;
            const QColor color = classColor(wireClass);
            line[x] = qRgb(mixed(qRed(line[x]), color.red()), mixed(qGreen(line[x]), color.green()),
                           mixed(qBlue(line[x]), color.blue()));
        }
    }
    return result;
}

bool isLabelPicture(const QImage& image)
{
    if (image.isNull() || !image.isGrayscale())
        return false;
    const QImage classes = image.convertToFormat(QImage::Format_Grayscale8);
    for (int y = 0; y < classes.height(); ++y) {
        const uchar* line = classes.constScanLine(y);
        for (int x = 0; x < classes.width(); ++x)
            if (line[x] >= kMostClasses && line[x] != kIgnored)
                return false;
    }
    return true;
}

QImage pictureOf(const Sample& sample)
{
    QImage image(sample.width, sample.height, QImage::Format_RGB32);
    const auto plane = static_cast<std::size_t>(sample.width) * static_cast<std::size_t>(sample.height);
    const std::size_t green = sample.channels >= 3 ? plane : 0;
    const std::size_t blue = sample.channels >= 3 ? 2 * plane : 0;
    std::size_t at = 0;
    for (int y = 0; y < sample.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < sample.width; ++x, ++at)
            line[x] =
                qRgb(grey(sample.image[at]), grey(sample.image[green + at]), grey(sample.image[blue + at]));
    }
    return image;
}

QImage labelsOf(const Sample& sample)
{
    if (sample.labels.empty())
        return {};
    QImage image(sample.width, sample.height, QImage::Format_Grayscale8);
    for (int y = 0; y < sample.height; ++y)
        std::copy_n(sample.labels.data() + static_cast<std::ptrdiff_t>(y) * sample.width, sample.width,
                    image.scanLine(y));
    return image;
}

} // namespace fedefm
