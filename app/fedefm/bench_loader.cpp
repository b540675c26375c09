// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_measure.h"
#include "core/train/data/batch_loader.h"
#include "core/train/data/simulated_dataset.h"
#include "core/train/readers/dataset_readers.h"

#include "core/image/picture_sequence.h"
#include "core/simulate/simulated_cine.h"

#include <cstdlib>
#include <filesystem>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr int kPictures = 24;
constexpr int kSizePx = 512;
constexpr int kCropPx = 256;
constexpr int kBatch = 8;
/// A step of the real-time network on one core takes longer; shorter ones would be unfair to the loader.
constexpr double kStepMs = 160.0;

/// A folder of simulated pictures with masks, gone with the object.
class PictureFolder
{
public:
    static Result<std::unique_ptr<PictureFolder>> create(std::uint64_t seed)
    {
        std::string name = (fs::temp_directory_path() / "fedefm-loader-XXXXXX").string();
        if (!mkdtemp(name.data()))
            return fail(ErrorCode::WriteFailed, name);
        auto folder = std::unique_ptr<PictureFolder>(new PictureFolder(name));
        const auto cine = SimulatedCine::create({"phantom", kSizePx, kPictures, seed});
        if (!cine)
            return tl::unexpected(cine.error());
        for (int index = 0; index < kPictures; ++index)
            if (const auto written = folder->write(**cine, index); !written)
                return tl::unexpected(written.error());
        return folder;
    }
    ~PictureFolder()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    PictureFolder(const PictureFolder&) = delete;
    PictureFolder& operator=(const PictureFolder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    explicit PictureFolder(fs::path path) : m_path(std::move(path)) {}

    Status write(const SimulatedCine& cine, int index) const
    {
        const auto frame = cine.read(index);
        const auto truth = cine.truth(index);
        if (!frame || !truth)
            return fail(ErrorCode::Internal, "simulation");
        std::vector<std::uint8_t> grey;
        const int most = (1 << cine.info().bitsStored) - 1;
        for (int y = 0; y < kSizePx; ++y)
            for (int x = 0; x < kSizePx; ++x)
                grey.push_back(static_cast<std::uint8_t>((*frame)->valueAt(x, y) * 255 / most));
        const std::string name = "f" + std::to_string(index);
        const auto picture = writePng(m_path / (name + ".png"), grey.data(), kSizePx, kSizePx, 1, true);
        return picture
                   ? writePng(m_path / (name + "_mask.png"), truth->labels.data(), kSizePx, kSizePx, 1, true)
                   : picture;
    }

    fs::path m_path;
};

LoaderSettings settingsFor(int threads, std::uint64_t seed)
{
    LoaderSettings settings;
    settings.batchSize = kBatch;
    settings.threads = threads;
    settings.seed = seed;
    settings.augmentation.cropPx = kCropPx;
    return settings;
}

struct Epoch
{
    double elapsedMs = 0.0;
    double waitedMs = 0.0;
    int samples = 0;
};

/// Takes an epoch; between batches the caller's core is busy for `stepMs`, as with a training step.
Result<Epoch> takeEpoch(const DatasetPtr& dataset, const LoaderSettings& settings, double stepMs,
                        const CancelToken& cancel)
{
    const SteadyClock clock;
    BatchLoader loader(dataset, settings);
    loader.startEpoch(0);
    Epoch epoch;
    double start = clock.nowMs();
    double waitedBefore = 0.0;
    for (int k = 0;; ++k) {
        const auto batch = loader.next(cancel);
        if (!batch)
            return tl::unexpected(batch.error());
        if (!*batch)
            break;
        if (k == 0 && stepMs > 0.0) {
            // Nothing can be ready before the first batch.
            start = clock.nowMs();
            waitedBefore = loader.waitedMs();
        }
        epoch.samples += (*batch)->count;
        for (const double until = clock.nowMs() + stepMs; clock.nowMs() < until;)
            continue;
    }
    epoch.elapsedMs = clock.nowMs() - start;
    epoch.waitedMs = loader.waitedMs() - waitedBefore;
    return epoch;
}

BenchFigure figureOf(const char* name, double value, const char* unit, double target, bool isMinimum)
{
    BenchFigure figure;
    figure.name = name;
    figure.value = value;
    figure.unit = unit;
    figure.target = target;
    figure.targetIsMinimum = isMinimum;
    return figure;
}

Result<double> augmentationMs(const DatasetPtr& dataset)
{
    const auto original = dataset->sample(0);
    if (!original)
        return tl::unexpected(original.error());
    std::uint64_t seed = 0;
    return medianMs(15, [&] {
        Sample sample = *original;
        augment(sample, AugmentationSettings(), ++seed);
    });
}

} // namespace

Result<Figures> benchLoader(const BenchInputs&, Context& context)
{
    const auto folder = PictureFolder::create(context.general.seed);
    if (!folder)
        return tl::unexpected(folder.error());
    const auto pictures = openDataset({{"form", "masks"},
                                       {"path", (*folder)->path().string()},
                                       {"class_names", {"background", "catheter", "guidewire"}}},
                                      ".");
    if (!pictures)
        return tl::unexpected(pictures.error());
    SimulatedDatasetSettings simulated;
    simulated.scenes = 24;
    const auto scenes = simulatedDataset(simulated);
    if (!scenes)
        return tl::unexpected(scenes.error());
    const auto augmentation = augmentationMs(*pictures);
    if (!augmentation)
        return tl::unexpected(augmentation.error());
    Figures figures{figureOf("augment_512", *augmentation, "ms", 10.0, false)};
    const std::pair<const char*, DatasetPtr> sets[] = {{"loader_pictures", *pictures},
                                                       {"loader_simulated", *scenes}};
    for (const auto& [name, dataset] : sets) {
        LoaderSettings settings = settingsFor(1, context.general.seed);
        const auto alone = takeEpoch(dataset, settings, 0.0, context.cancel);
        settings.samplesPerEpoch = 2 * kPictures;
        const auto beside = takeEpoch(dataset, settings, kStepMs, context.cancel);
        if (!alone || !beside)
            return tl::unexpected(alone ? beside.error() : alone.error());
        const std::string prefix = name;
        figures.push_back(figureOf((prefix + "_one_thread").c_str(),
                                   1000.0 * alone->samples / alone->elapsedMs, "samples/s",
                                   1000.0 * kBatch / kStepMs, true));
        figures.push_back(figureOf((prefix + "_wait").c_str(), 100.0 * beside->waitedMs / beside->elapsedMs,
                                   "%", 1.0, false));
    }
    return figures;
}

} // namespace fedefm::cli
