// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ridge_segmenter.h"

#include "core/geometry/rasterize.h"
#include "core/model/ridge_devices_private.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <new>
#include <numeric>
#include <thread>

namespace fedefm {

namespace {

/// One core stays free for the user interface.
void limitThreads()
{
    static std::once_flag once;
    std::call_once(once, [] {
        const int cores = static_cast<int>(std::thread::hardware_concurrency());
        cv::setNumThreads(std::max(1, cores - 1));
    });
}

ModelCard makeCard()
{
    ModelCard card;
    card.id = "ridge";
    card.name = "Ridge filter (classical)";
    card.version = "1";
    card.architecture = "oriented multi-scale ridge filter, hysteresis, thinning, curve linking";
    card.input = "any size, grey or colour, one frame";
    card.licence = "GPL-3.0-or-later";
    card.training = "not trained: a few thresholds set by hand on public sequences";
    card.limits =
        "Sees dark curves, not devices: vessels full of contrast medium may be marked, faint wires missed. "
        "Each frame is judged alone. For research only.";
    return card;
}

/// Working pixels to image pixels; both have the first pixel's centre at 0.
Point toImage(Point p, double scale)
{
    return {(p.x + 0.5) / scale - 0.5, (p.y + 0.5) / scale - 0.5};
}

void addDevice(const RidgeDevice& device, double scale, Segmentation& out)
{
    WireCurve curve;
    curve.wireClass = device.wireClass;
    curve.confidence = device.confidence;
    for (const Point& p : device.points)
        curve.points.push_back(toImage(p, scale));
    std::vector<double> widths;
    for (const double width : device.widthsPx)
        widths.push_back(width / scale);
    curve.widthPx = std::accumulate(widths.begin(), widths.end(), 0.0) / static_cast<double>(widths.size());
    // The half-depth width ends in the blurred flank; half a pixel more on each side is what people draw.
    std::transform(widths.begin(), widths.end(), widths.begin(), [](double width) { return width + 1.0; });
    const RleMask painted = rasterize(curve.points, widths, out.width, out.height);
    for (ClassMask& entry : out.masks)
        if (entry.wireClass == device.wireClass)
            entry.mask = entry.mask.unite(painted);
    if (device.tipConfidence > 0.0)
        out.tips.push_back({device.wireClass, curve.points.back(), device.tipConfidence});
    out.curves.push_back(std::move(curve));
}

double meanConfidence(const std::vector<WireCurve>& curves)
{
    double sum = 0.0;
    double length = 0.0;
    for (const WireCurve& curve : curves) {
        sum += curve.confidence * lengthPx(curve.points);
        length += lengthPx(curve.points);
    }
    return length > 0.0 ? sum / length : 0.0;
}

Segmentation assemble(const std::vector<RidgeDevice>& devices, const Frame& frame, double scale)
{
    Segmentation out;
    out.width = frame.width();
    out.height = frame.height();
    for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire})
        out.masks.push_back({wireClass, RleMask(out.width, out.height)});
    for (const RidgeDevice& device : devices)
        addDevice(device, scale, out);
    out.masks[0].mask = out.masks[0].mask.subtract(out.masks[1].mask);
    out.confidence = meanConfidence(out.curves);
    out.provenance.inputScale = scale;
    return out;
}

} // namespace

struct RidgeSegmenter::State
{
    ModelCard card = makeCard();
    RidgeSettings settings;
};

RidgeSegmenter::RidgeSegmenter(const RidgeSettings& settings) : m_state(std::make_unique<State>())
{
    m_state->settings = settings;
    limitThreads();
}

RidgeSegmenter::~RidgeSegmenter() = default;

const ModelCard& RidgeSegmenter::card() const
{
    return m_state->card;
}

Result<Segmentation> RidgeSegmenter::segment(const Frame& frame, const SequenceInfo& info,
                                             const CancelToken& cancel)
{
    const auto started = std::chrono::steady_clock::now();
    const RidgeSettings& settings = m_state->settings;
    try {
        const Result<RidgePicture> picture = makeRidgePicture(frame, info, settings);
        if (!picture)
            return tl::unexpected<Error>(picture.error());
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_state->card.id);
        std::vector<RidgeCurve> curves = findRidgeCurves(*picture, settings);
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, m_state->card.id);
        curves = selectWires(std::move(curves), *picture, settings);
        Segmentation found = assemble(nameDevices(curves, *picture, settings), frame, picture->scale);
        found.provenance.modelId = m_state->card.id;
        found.provenance.modelVersion = m_state->card.version;
        const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - started;
        found.provenance.elapsedMs = elapsed.count();
        return found;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, m_state->card.id);
    } catch (const cv::Exception& e) {
        return fail(e.code == cv::Error::StsNoMem ? ErrorCode::OutOfMemory : ErrorCode::Internal,
                    m_state->card.id, e.err);
    } catch (const std::exception& e) {
        return fail(ErrorCode::Internal, m_state->card.id, e.what());
    }
}

} // namespace fedefm
