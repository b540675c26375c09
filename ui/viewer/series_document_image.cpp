// SPDX-License-Identifier: GPL-3.0-or-later
// The picture of a SeriesDocument: grey pipeline, colour, subtraction.
#include "ui/viewer/series_document.h"

namespace fedefm {

namespace {

/// RGB32 whatever the source: Qt scales it two to three times faster than 8-bit grey.
QImage imageFrom(const std::vector<std::uint8_t>& bytes, int width, int height, int channels)
{
    QImage image(width, height, QImage::Format_RGB32);
    const std::uint8_t* source = bytes.data();
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x, source += channels)
            line[x] =
                channels == 1 ? 0xFF000000U | source[0] * 0x010101U : qRgb(source[0], source[1], source[2]);
    }
    return image;
}

} // namespace

void SeriesDocument::rebuildImage()
{
    if (!m_frame)
        return;
    const int width = m_frame->width();
    const int height = m_frame->height();
    if (m_frame->samples() == 3 || info().colorModel == ColorModel::Palette) {
        std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width) * height * 3);
        if (info().palette && m_frame->samples() == 1)
            paletteToRgb(*m_frame, *info().palette, rgb.data());
        else
            colorToRgb(*m_frame, info().colorModel == ColorModel::YbrFull, rgb.data());
        m_image = imageFrom(rgb, width, height, 3);
        return;
    }
    if (m_vesselMap)
        paintGrey(*m_vesselMap);
    else if (!m_subtraction.enabled || !paintSubtraction())
        paintGrey(*m_frame);
}

void SeriesDocument::paintGrey(const Frame& frame)
{
    if (m_subtraction.enabled && !m_vesselMap)
        m_table.reset(); // the table of the subtraction does not fit plain frames
    if (!m_table)
        m_table = std::make_unique<GreyTable>(frame.type(), info().grey, m_transform);
    std::vector<std::uint8_t> grey(frame.sampleCount());
    m_table->apply(frame, grey.data());
    m_image = imageFrom(grey, frame.width(), frame.height(), 1);
    if (m_subtraction.enabled)
        m_table.reset();
}

bool SeriesDocument::paintSubtraction()
{
    if (!updateSubtractor())
        return false;
    const PixelShift shift = effectiveShift();
    if (!m_subtractedWindow) {
        const auto subtracted = m_subtractor->subtract(*m_frame, shift, m_subtraction.landmark);
        if (!subtracted)
            return false;
        m_subtractedWindow = subtractedWindow(**subtracted);
        m_table.reset();
    }
    if (!m_table) {
        GreyDefaults defaults = subtractedDefaults();
        defaults.inverse = info().grey.inverse;
        DisplayTransform transform;
        transform.window = m_subtractedWindow;
        transform.invert = m_transform.invert;
        m_table = std::make_unique<GreyTable>(PixelType::U16, defaults, transform);
    }
    std::vector<std::uint8_t> grey(m_frame->sampleCount());
    if (!m_subtractor->subtractAndMap(*m_frame, shift, m_subtraction.landmark, *m_table, grey.data()))
        return false;
    m_image = imageFrom(grey, m_frame->width(), m_frame->height(), 1);
    return true;
}

void SeriesDocument::setSubtraction(const SubtractionState& state)
{
    if (state.enabled && !canSubtract())
        return;
    m_subtraction = state;
    if (m_subtraction.enabled && m_subtraction.maskFrames.empty() && !m_subtraction.useFileMask) {
        m_subtraction.useFileMask = info().maskSubtraction.has_value();
        if (!m_subtraction.useFileMask)
            m_subtraction.maskFrames = {info().timing.firstFrame};
    }
    m_table.reset();
    rebuildImage();
    Q_EMIT changed(Subtraction | Picture | Display);
}

void SeriesDocument::shiftMask(double dx, double dy)
{
    SubtractionState state = m_subtraction;
    state.shift.dx += dx;
    state.shift.dy += dy;
    setSubtraction(state);
}

Status SeriesDocument::autoShift()
{
    if (!m_subtraction.enabled || !m_frame || !m_subtractor)
        return fail(ErrorCode::InvalidArgument, title().toStdString(), "subtraction is off");
    if (m_registering)
        return fail(ErrorCode::InvalidArgument, title().toStdString(), "a registration is running");
    if (m_registration.joinable())
        m_registration.join();
    m_registering = true;
    m_registration = std::thread([this, subtractor = m_subtractor, frame = m_frame] {
        const auto best = subtractor->bestShift(*frame);
        QMetaObject::invokeMethod(
            this, [this, best] { finishRegistration(best); }, Qt::QueuedConnection);
    });
    return {};
}

void SeriesDocument::finishRegistration(const Result<PixelShift>& best)
{
    m_registering = false;
    if (!best) {
        Q_EMIT failed(best.error());
        return;
    }
    SubtractionState state = m_subtraction;
    const PixelShift current = effectiveShift();
    state.shift.dx += best->dx - current.dx;
    state.shift.dy += best->dy - current.dy;
    setSubtraction(state);
}

std::vector<int> SeriesDocument::wantedMaskFrames() const
{
    if (m_subtraction.useFileMask && info().maskSubtraction)
        return maskFramesFor(*info().maskSubtraction, m_shownFrame, frameCount());
    return m_subtraction.maskFrames;
}

PixelShift SeriesDocument::effectiveShift() const
{
    PixelShift shift = m_subtraction.shift;
    if (m_subtraction.useFileMask && info().maskSubtraction) {
        const PixelShift file = maskShiftFor(*info().maskSubtraction, m_shownFrame, frameCount());
        shift.dx += file.dx;
        shift.dy += file.dy;
    }
    return shift;
}

/// Makes m_subtractor fit the shown frame. Masks that are in the cache are taken at once; others are decoded
/// on a thread, and the picture follows when they are there.
bool SeriesDocument::updateSubtractor()
{
    const std::vector<int> wanted = wantedMaskFrames();
    if (wanted.empty())
        return false;
    if (m_subtractor && wanted == m_subtractorFrames)
        return true;
    std::vector<FramePtr> frames;
    for (const int index : wanted) {
        FramePtr cached = m_cache->peek(index);
        if (!cached)
            break;
        frames.push_back(std::move(cached));
    }
    if (frames.size() == wanted.size()) {
        installSubtractor(wanted, Subtractor::create(frames, info().grey));
        return m_subtractor != nullptr;
    }
    if (!m_loadingFrames.empty())
        return m_subtractor != nullptr; // one load at a time; the next picture asks again
    if (m_maskLoader.joinable())
        m_maskLoader.join();
    m_loadingFrames = wanted;
    m_maskLoader = std::thread([this, wanted, sequence = m_sequence] {
        std::vector<FramePtr> masks;
        Result<std::shared_ptr<const Subtractor>> made = nullptr;
        for (const int index : wanted) {
            const auto frame = sequence->read(index);
            if (!frame) {
                made = tl::unexpected(frame.error());
                break;
            }
            masks.push_back(*frame);
        }
        if (made)
            made = Subtractor::create(masks, sequence->info().grey);
        QMetaObject::invokeMethod(
            this,
            [this, wanted, made] {
                m_loadingFrames.clear();
                installSubtractor(wanted, made);
                rebuildImage();
                Q_EMIT changed(Subtraction | Picture);
            },
            Qt::QueuedConnection);
    });
    return m_subtractor != nullptr;
}

void SeriesDocument::installSubtractor(std::vector<int> frames,
                                       const Result<std::shared_ptr<const Subtractor>>& subtractor)
{
    if (!subtractor) {
        m_subtraction.enabled = false;
        Q_EMIT failed(subtractor.error());
        return;
    }
    m_subtractor = *subtractor;
    m_subtractorFrames = std::move(frames);
}

} // namespace fedefm
