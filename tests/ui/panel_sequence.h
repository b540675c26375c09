// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/segmenter.h"
#include "ui/viewer/series_document.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QLineEdit>
#include <QStringList>
#include <QTest>
#include <QWidget>

#include <memory>
#include <vector>

namespace fedefm::test {

/// A small 16-bit sequence: a grey ramp with one dark pixel that moves along the diagonal, so that every
/// frame differs and the minimum over frames is known.
class PanelSequence final : public Sequence
{
public:
    static constexpr int kWidth = 64;
    static constexpr int kHeight = 48;

    explicit PanelSequence(int frames, double fps = 15.0, RateSource source = RateSource::FrameTime)
    {
        m_info.path = "/clips/run.dcm";
        m_info.kind = "DICOM";
        m_info.modality = "XA";
        m_info.width = kWidth;
        m_info.height = kHeight;
        m_info.frameCount = frames;
        m_info.bitsAllocated = 16;
        m_info.bitsStored = 12;
        m_info.pixelType = PixelType::U16;
        m_info.photometric = "MONOCHROME2";
        m_info.timing.fps = fps;
        m_info.timing.source = source;
        m_info.timing.lastFrame = frames - 1;
        for (int i = 0; i < frames; ++i)
            m_info.timing.frameTimesMs.push_back(i * 1000.0 / fps);
        m_info.grey.windows.push_back({2048.0, 4096.0, WindowFunction::Linear, {}});
        m_info.ids.sopInstanceUid = "2.25.1";
    }

    SequenceInfo& edit() { return m_info; }
    const SequenceInfo& info() const override { return m_info; }

    static int value(int x, int y, int frame)
    {
        const bool dark = x == frame % kWidth && y == frame % kHeight;
        return dark ? 10 : 1000 + 16 * x + 4 * y + 2 * frame;
    }

    Result<FramePtr> read(int index) const override
    {
        if (index < 0 || index >= m_info.frameCount)
            return fail(ErrorCode::OutOfRange, m_info.path);
        std::vector<std::uint8_t> bytes(kWidth * kHeight * 2);
        auto* out = reinterpret_cast<std::uint16_t*>(bytes.data());
        for (int y = 0; y < kHeight; ++y)
            for (int x = 0; x < kWidth; ++x)
                *out++ = static_cast<std::uint16_t>(value(x, y, index));
        return std::make_shared<const Frame>(kWidth, kHeight, 1, PixelType::U16, std::move(bytes));
    }

private:
    SequenceInfo m_info;
};

/// A catheter of `catheterPx` and a guidewire of `guidewirePx` on horizontal lines; 0 leaves the class out.
inline SegmentationPtr segmentationOf(const SequenceInfo& info, int frame, double catheterPx,
                                      double guidewirePx, double confidence)
{
    auto result = std::make_shared<Segmentation>();
    result->width = info.width;
    result->height = info.height;
    const auto add = [&](WireClass wireClass, double length, double y) {
        if (length <= 0.0)
            return;
        result->curves.push_back({wireClass, {{0.0, y}, {length, y}}, 2.0, confidence});
        std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.width) * info.height, 0);
        for (int x = 0; x < static_cast<int>(length) && x < info.width; ++x)
            bytes[static_cast<std::size_t>(y) * info.width + x] = 1;
        result->masks.push_back({wireClass, RleMask::fromBytes(bytes.data(), info.width, info.height)});
    };
    add(WireClass::Catheter, catheterPx, 10.0);
    add(WireClass::Guidewire, guidewirePx, 20.0);
    if (guidewirePx > 0.0)
        result->tips.push_back({WireClass::Guidewire, {guidewirePx, 20.0}, confidence});
    result->confidence = confidence;
    result->provenance.modelId = "test";
    result->provenance.modelVersion = "1.0";
    result->provenance.frame = frameId(info, frame);
    return result;
}

/// Controls of `root` without a name that a screen reader can say.
inline QStringList namelessControls(const QWidget& root)
{
    QStringList nameless;
    for (const QWidget* widget : root.findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || widget->objectName().startsWith(QLatin1String("qt_")) ||
            widget->inherits("QComboBoxListView"))
            continue;
        if (qobject_cast<const QLineEdit*>(widget) &&
            (qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) ||
             qobject_cast<const QComboBox*>(widget->parentWidget())))
            continue;
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        if (widget->accessibleName().isEmpty() && (!button || button->text().isEmpty()))
            nameless << QString::fromLatin1(widget->metaObject()->className());
    }
    return nameless;
}

/// The control of that accessible name, or the button of that text.
template <typename Widget> Widget* named(const QWidget& root, const QString& name)
{
    for (auto* widget : root.findChildren<Widget*>()) {
        if (widget->accessibleName() == name)
            return widget;
        if (auto* button = qobject_cast<QAbstractButton*>(widget); button && button->text() == name)
            return widget;
    }
    return nullptr;
}

inline void click(const QWidget& root, const QString& name)
{
    auto* button = named<QAbstractButton>(root, name);
    QVERIFY2(button, qPrintable(name));
    QVERIFY2(button->isEnabled(), qPrintable(name));
    button->click();
}

} // namespace fedefm::test
