// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/base/result.h"
#include "core/geometry/polyline.h"
#include "core/geometry/rle_mask.h"
#include "core/image/sequence.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// The project's classes; the numbers are those of mask files (EIPhantom's form).
enum class WireClass : std::uint8_t { Background = 0, Catheter = 1, Guidewire = 2 };

const char* wireClassName(WireClass wireClass); ///< "catheter", "guidewire"

struct ClassMask
{
    WireClass wireClass = WireClass::Catheter;
    RleMask mask;
};

struct WireCurve
{
    WireClass wireClass = WireClass::Guidewire;
    Polyline points;      ///< sub-pixel centre-line in image pixels, ordered from the proximal end to the tip
    double widthPx = 0.0; ///< mean apparent width
    double confidence = 0.0; ///< 0…1
};

struct WireTip
{
    WireClass wireClass = WireClass::Guidewire;
    Point position;
    double confidence = 0.0;
};

/// Where a result came from; written into every export.
struct Provenance
{
    std::string modelId;
    std::string modelVersion;
    FrameId frame;
    double elapsedMs = 0.0;
    std::string device = "cpu";
    double inputScale = 1.0; ///< model input size / image size; below 1 the overlay says so
};

/// What was found in one frame. Masks do not overlap: the guidewire lies on top.
struct Segmentation
{
    int width = 0;
    int height = 0;
    std::vector<ClassMask> masks;
    std::vector<WireCurve> curves;
    std::vector<WireTip> tips;
    double confidence = 0.0; ///< 0…1, length-weighted mean of the curves; 0 when nothing was found
    Provenance provenance;

    const RleMask* mask(WireClass wireClass) const; ///< nullptr when absent
    std::vector<std::uint8_t> labelImage() const;   ///< width·height bytes of WireClass values
    double foundLengthPx(WireClass wireClass) const;
};

using SegmentationPtr = std::shared_ptr<const Segmentation>;

/// What a model is used for when the user chose none.
enum class ModelRole {
    Choice,     ///< only when chosen
    Live,       ///< the overlay that follows the cine
    Offline,    ///< whole sequences, where time matters less
    Foundation, ///< where training begins; not for looking at pictures
};

const char* modelRoleName(ModelRole role);         ///< "choice", "live", "offline", "foundation"
ModelRole modelRoleNamed(const std::string& name); ///< Choice for every other name

/// What `fedefm models` and the model chooser show.
struct ModelCard
{
    std::string id;   ///< "ridge"
    std::string name; ///< "Ridge filter (classical)"
    std::string version;
    std::string architecture;
    long long parameters = 0;
    std::string input; ///< e.g. "any size, grey"
    std::vector<WireClass> classes{WireClass::Catheter, WireClass::Guidewire};
    std::string licence;
    std::string training; ///< how trained, or "not trained: …"
    std::string limits;
    ModelRole role = ModelRole::Choice;
};

/// One frame in, one result out. An instance is used by one thread at a time (the inference thread).
class Segmenter
{
public:
    virtual ~Segmenter() = default;

    virtual const ModelCard& card() const = 0;

    /// `frame` holds stored values (never inverted, never windowed by the viewer); `grey` tells how they
    /// relate to display, so that wires are dark for the model. Errors: Cancelled, UnsupportedPixels,
    /// ModelBroken, OutOfMemory.
    virtual Result<Segmentation> segment(const Frame& frame, const SequenceInfo& info,
                                         const CancelToken& cancel) = 0;
};

/// Names → segmenters. Built-in ones first, then those that modules add.
class SegmenterRegistry
{
public:
    using Factory = std::function<Result<std::unique_ptr<Segmenter>>()>;

    static SegmenterRegistry withBuiltIns();

    using FileOpener = std::function<Result<std::unique_ptr<Segmenter>>(const std::filesystem::path&)>;

    void add(ModelCard card, Factory factory);
    void remove(const std::string& id); ///< nothing when there is none
    /// `extension` with dot, e.g. ".pt".
    void addFileOpener(std::string extension, FileOpener opener);
    std::vector<std::string> fileExtensions() const;
    std::vector<ModelCard> cards() const;
    bool hasModel(const std::string& id) const;
    /// `id` may also be the path of a model file with a registered extension. Errors: ModelNotFound (detail
    /// names the nearest known id).
    Result<std::unique_ptr<Segmenter>> create(const std::string& id) const;
    /// The id used when the user chose none: the first with this role, else the first of all.
    std::string defaultId(ModelRole role) const;

private:
    struct Entry
    {
        ModelCard card;
        Factory factory;
    };
    std::vector<Entry> m_entries;
    std::vector<std::pair<std::string, FileOpener>> m_openers;
};

} // namespace fedefm
