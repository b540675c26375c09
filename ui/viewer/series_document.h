// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/frame_cache.h"
#include "core/image/sequence.h"
#include "core/image/subtraction.h"
#include "core/model/segmenter.h"
#include "ui/tools/measurement.h"

#include <QImage>
#include <QObject>
#include <QUndoStack>

#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace fedefm {

/// What differs between two looks of the same frame; per document, never sent to a model.
struct SubtractionState
{
    bool enabled = false;
    std::vector<int>
        maskFrames; ///< 0-based; empty with useFileMask: the file's Mask Subtraction item decides per frame
    bool useFileMask = false;
    PixelShift shift;      ///< on top of the file's own shift
    double landmark = 0.0; ///< 0…1
};

struct OverlayStyle
{
    bool visible = true;
    bool outlineOnly = false;
    double opacity = 1.0;      ///< 0…1, multiplies the fill and the lines
    bool dicomOverlays = true; ///< 60xx planes
    bool shutter = true;
    bool text = true; ///< corner text
};

/// A numbered look: what the digit keys choose. 0 auto, 1 the file's default, then the file's others, then
/// the user's.
struct WindowPreset
{
    QString name;
    DisplayTransform transform;
};

/// One open sequence with everything that the user can change about it: the model behind a tile and the
/// panels. State changes go through the setters, which emit changed(); views and panels read. GUI thread
/// only.
class SeriesDocument : public QObject
{
    Q_OBJECT
public:
    enum Change {
        FrameIndex = 1, ///< another frame is wanted; the picture follows with Picture
        Picture = 2,    ///< image() differs
        Display = 4,    ///< window, invert, presets
        Subtraction = 8,
        Overlay = 16,      ///< OverlayStyle
        Measurements = 32, ///< measurements or spacing
        Results = 64,      ///< segmentations
        Everything = 127
    };
    Q_DECLARE_FLAGS(Changes, Change)

    SeriesDocument(SequencePtr sequence, std::size_t cacheBytes, QObject* parent = nullptr);
    ~SeriesDocument() override;

    const SequenceInfo& info() const { return m_sequence->info(); }
    const SequencePtr& sequence() const { return m_sequence; }
    int frameCount() const { return info().frameCount; }
    /// File or folder name without identity, for titles.
    QString title() const;

    // Frames. currentFrame() is what was asked for, shownFrame() what image() holds (-1 before the first).
    int currentFrame() const { return m_currentFrame; }
    int shownFrame() const { return m_shownFrame; }
    void setCurrentFrame(int index);
    /// Tells the cache where play goes.
    void prefetch(int direction, int first, int last);
    FramePtr frame() const { return m_frame; } ///< stored values of shownFrame(); null before the first
    const std::optional<Error>& frameError() const { return m_frameError; }
    const FrameCache& cache() const { return *m_cache; }

    // Grey values.
    const DisplayTransform& transform() const { return m_transform; }
    void setTransform(const DisplayTransform& transform);
    void setWindow(double center, double width);
    Window window() const; ///< the effective window, also while a VOI LUT or subtraction is active
    std::pair<double, double> valueRange() const; ///< of the values that the window acts on
    void setInvert(bool invert);
    const std::vector<WindowPreset>& presets() const { return m_presets; }
    void applyPreset(int number);            ///< 0 auto, 1 …; numbers without preset do nothing
    void addUserPreset(const QString& name); ///< the window in use

    // Subtraction and vessel map.
    const SubtractionState& subtraction() const { return m_subtraction; }
    void setSubtraction(const SubtractionState& state);
    void shiftMask(double dx, double dy); ///< adds to the shift
    /// Registers the mask with the frame on screen, on a thread of its own; the shift follows with
    /// Subtraction. Errors: InvalidArgument while subtraction is off or a registration runs.
    Status autoShift();
    bool canSubtract() const { return info().colorModel == ColorModel::Grey && frameCount() > 0; }
    bool isVesselMap() const { return m_vesselMap != nullptr; }
    /// Shows `map` (minimum over frames, made by a job) instead of the frames; null returns to them.
    void setVesselMap(FramePtr map);

    /// The picture: RGB32, image resolution, shutter not applied. Null before the first frame.
    const QImage& image() const { return m_image; }

    const OverlayStyle& overlayStyle() const { return m_overlayStyle; }
    void setOverlayStyle(const OverlayStyle& style);

    // Results of segmentation, by frame.
    SegmentationPtr result(int frame) const;
    const std::map<int, SegmentationPtr>& results() const { return m_results; }
    void setResult(int frame, SegmentationPtr result);
    void clearResults();
    void clearResultsOf(const std::string& model); ///< those that a model of this id has made

    // Measurements; edits go through undoStack().
    QUndoStack* undoStack() { return &m_undoStack; }
    const std::vector<Measurement>& measurements() const { return m_measurements; }
    void addMeasurement(const Measurement& measurement);
    void removeMeasurement(int id);
    void replaceMeasurement(const Measurement& measurement); ///< same id
    int newMeasurementId() { return ++m_lastMeasurementId; }
    PixelSpacing spacing() const; ///< the user's calibration, else the file's
    bool isUserCalibrated() const { return m_userSpacing.has_value(); }
    void calibrate(const std::optional<PixelSpacing>& spacing); ///< undoable; empty returns to the file's

    /// Display state to keep between sittings (window, orientation-free); no identity inside.
    QVariantMap saveState() const;
    void restoreState(const QVariantMap& state);

Q_SIGNALS:
    void changed(fedefm::SeriesDocument::Changes what);
    /// A frame could not be decoded.
    void failed(const fedefm::Error& error);

private:
    friend class MeasurementsCommand;
    friend class CalibrationCommand;
    void onFrameReady(int index, const Result<FramePtr>& frame);
    void showFrame(int index, FramePtr frame);
    void rebuildImage();
    void buildPresets();
    std::vector<int> wantedMaskFrames() const;
    PixelShift effectiveShift() const;
    bool updateSubtractor();
    void finishRegistration(const Result<PixelShift>& best);
    void installSubtractor(std::vector<int> frames,
                           const Result<std::shared_ptr<const Subtractor>>& subtractor);
    bool paintSubtraction();
    void paintGrey(const Frame& frame);

    SequencePtr m_sequence;
    std::unique_ptr<FrameCache> m_cache;
    int m_currentFrame = 0;
    int m_shownFrame = -1;
    FramePtr m_frame;
    std::optional<Error> m_frameError;

    DisplayTransform m_transform;
    bool m_transformChosen = false;
    std::vector<WindowPreset> m_presets;
    SubtractionState m_subtraction;
    std::shared_ptr<const Subtractor> m_subtractor;
    std::vector<int> m_subtractorFrames; ///< the masks of m_subtractor
    std::vector<int> m_loadingFrames;    ///< masks being decoded by m_maskLoader
    std::thread m_maskLoader;
    std::thread m_registration; ///< finds the best shift (0.4 s for 1024²)
    bool m_registering = false;
    std::optional<Window> m_subtractedWindow;
    FramePtr m_vesselMap;
    std::unique_ptr<GreyTable> m_table;
    QImage m_image;

    OverlayStyle m_overlayStyle;
    std::map<int, SegmentationPtr> m_results;

    QUndoStack m_undoStack;
    std::vector<Measurement> m_measurements;
    int m_lastMeasurementId = 0;
    std::optional<PixelSpacing> m_userSpacing;
};

Q_DECLARE_OPERATORS_FOR_FLAGS(SeriesDocument::Changes)

} // namespace fedefm
