// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/bench_inputs.h"

#include "app/fedefm/dcmtk_peer.h"
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_writer.h"
#include "core/simulate/demo_cine.h"

#include <cstdlib>
#include <stdlib.h>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr int kLosslessFrames = 24;

/// One picture shown again and again: a multi-frame file out of a single real frame.
class RepeatedSequence final : public Sequence
{
public:
    RepeatedSequence(const Sequence& source, FramePtr frame, int count)
        : m_info(source.info()), m_frame(std::move(frame))
    {
        m_info.frameCount = count;
        m_info.maskSubtraction.reset();
        m_info.overlays.clear();
        m_info.timing = resolveTiming({}, count, m_info.warnings);
    }
    const SequenceInfo& info() const override { return m_info; }
    Result<FramePtr> read(int) const override { return m_frame; }

private:
    SequenceInfo m_info;
    FramePtr m_frame;
};

fs::path findData(const fs::path& given)
{
    if (!given.empty())
        return given;
    if (const char* named = std::getenv("FEDEFM_TEST_DATA"))
        return named;
    return fs::path("..") / "shared" / "data";
}

Status writeDemo(const fs::path& target, int sizePx, int frames, int bits)
{
    DemoCineSettings settings;
    settings.sizePx = sizePx;
    settings.frames = frames;
    settings.bitsStored = bits;
    XaDescription description;
    description.uidSeed = 1;
    return writeXa(target, DemoCine(settings), description, true);
}

} // namespace

Result<std::unique_ptr<BenchInputs>> BenchInputs::create(const fs::path& dataFolder, bool needsLossless)
{
    std::unique_ptr<BenchInputs> inputs(new BenchInputs());
    std::error_code code;
    std::string pattern = (fs::temp_directory_path(code) / "fedefm-bench-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        return fail(ErrorCode::WriteFailed, pattern);
    inputs->m_temporary = pattern;
    dcmtk_peer::prepare();
    const fs::path folder = findData(dataFolder);
    inputs->isReal = fs::exists(folder / "dicom" / "xa_rubo0002_96f_jpegbaseline.dcm", code);
    if (auto filled = inputs->isReal ? inputs->useReal(folder) : inputs->generate(); !filled)
        return tl::unexpected(filled.error());
    if (needsLossless)
        if (auto encoded = inputs->encodeLossless(); !encoded)
            return tl::unexpected(encoded.error());
    return inputs;
}

BenchInputs::~BenchInputs()
{
    std::error_code ignored;
    if (!m_temporary.empty())
        fs::remove_all(m_temporary, ignored);
}

Status BenchInputs::useReal(const fs::path& folder)
{
    jpegCine = folder / "dicom" / "xa_rubo0002_96f_jpegbaseline.dcm";
    plain1024 = folder / "dicom" / "xa1_1024_10bit_unc.dcm";
    wireCine = folder / "dicom" / "xa_rubo0004_17f_jpegbaseline.dcm";
    return {};
}

Status BenchInputs::generate()
{
    const fs::path raw = m_temporary / "cine.dcm";
    jpegCine = m_temporary / "cine_jpeg.dcm";
    plain1024 = m_temporary / "plain1024.dcm";
    wireCine = raw;
    if (auto written = writeDemo(raw, 512, 96, 8); !written)
        return written;
    if (auto encoded = dcmtk_peer::encode(raw, jpegCine, dcmtk_peer::Codec::JpegBaseline); !encoded)
        return encoded;
    return writeDemo(plain1024, 1024, 1, 10);
}

Status BenchInputs::encodeLossless()
{
    const auto plain = openDicom(plain1024);
    if (!plain)
        return tl::unexpected(plain.error());
    const auto frame = (*plain)->read(0);
    if (!frame)
        return tl::unexpected(frame.error());
    const fs::path raw = m_temporary / "many1024.dcm";
    const RepeatedSequence repeated(**plain, *frame, kLosslessFrames);
    if (auto written = writeXa(raw, repeated, XaDescription{}, true); !written)
        return written;
    jpegLossless1024 = m_temporary / "many1024_jpegll.dcm";
    if (auto encoded = dcmtk_peer::encode(raw, jpegLossless1024, dcmtk_peer::Codec::JpegLossless); !encoded)
        return encoded;
    if (!dcmtk_peer::hasJpegLs())
        return {};
    jpegLs1024 = m_temporary / "many1024_jpegls.dcm";
    return dcmtk_peer::encode(raw, jpegLs1024, dcmtk_peer::Codec::JpegLs);
}

} // namespace fedefm::cli
