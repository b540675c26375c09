// SPDX-License-Identifier: GPL-3.0-or-later
#include "dcmtk/config/osconfig.h"

#include "app/fedefm/dcmtk_peer.h"

#include "dcmtk/dcmdata/dcrledrg.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmimgle/dcmimage.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpeg/djencode.h"
#include "dcmtk/dcmjpeg/djrplol.h"
#include "dcmtk/dcmjpeg/djrploss.h"
#include "dcmtk/dcmjpls/djdecode.h"
#include "dcmtk/dcmjpls/djencode.h"
#include "dcmtk/oflog/oflog.h"

#include <dlfcn.h>
#include <vector>

namespace fedefm::cli::dcmtk_peer {

namespace {

tl::unexpected<Error> dcmtkError(const std::filesystem::path& file, const OFCondition& condition)
{
    return fail(ErrorCode::CodecFailed, file.string(), condition.text());
}

E_TransferSyntax syntaxOf(Codec codec)
{
    switch (codec) {
    case Codec::JpegBaseline:
        return EXS_JPEGProcess1;
    case Codec::JpegLossless:
        return EXS_JPEGProcess14SV1;
    case Codec::JpegLs:
        return EXS_JPEGLSLossless;
    }
    return EXS_LittleEndianExplicit;
}

class DcmtkWindowedImage final : public WindowedImage
{
public:
    explicit DcmtkWindowedImage(std::unique_ptr<DicomImage> image) : m_image(std::move(image))
    {
        m_bytes.resize(m_image->getOutputDataSize(8));
    }
    void render(double center, double width) override
    {
        m_image->setWindow(center, width);
        m_image->getOutputData(m_bytes.data(), m_bytes.size(), 8);
    }

private:
    std::unique_ptr<DicomImage> m_image;
    std::vector<std::uint8_t> m_bytes;
};

/// DCMTK's own question for this takes other arguments in every second release.
Uint32 uncompressedFrameBytes(DcmDataset& dataset)
{
    Uint16 rows = 0;
    Uint16 columns = 0;
    Uint16 samples = 1;
    Uint16 bits = 0;
    dataset.findAndGetUint16(DCM_Rows, rows);
    dataset.findAndGetUint16(DCM_Columns, columns);
    dataset.findAndGetUint16(DCM_SamplesPerPixel, samples);
    dataset.findAndGetUint16(DCM_BitsAllocated, bits);
    return Uint32{rows} * columns * samples * ((bits + 7U) / 8U);
}

} // namespace

void prepare()
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DcmRLEDecoderRegistration::registerCodecs();
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DJEncoderRegistration::registerCodecs();
    DJLSEncoderRegistration::registerCodecs();
}

bool hasJpegLs()
{
    Dl_info where{};
    void* symbol = ::dlsym(RTLD_DEFAULT, "JpegLsDecode");
    return symbol && ::dladdr(symbol, &where) != 0 && where.dli_fname &&
           std::string(where.dli_fname).find("dcmtkcharls") != std::string::npos;
}

Result<std::uint64_t> decodeAll(const std::filesystem::path& file)
{
    DcmFileFormat format;
    if (const OFCondition loaded = format.loadFile(file.c_str()); loaded.bad())
        return dcmtkError(file, loaded);
    DcmDataset& dataset = *format.getDataset();
    DcmElement* element = nullptr;
    if (const OFCondition found = dataset.findAndGetElement(DCM_PixelData, element); found.bad())
        return dcmtkError(file, found);
    auto* pixels = dynamic_cast<DcmPixelData*>(element);
    if (!pixels)
        return fail(ErrorCode::DicomNoPixels, file.string());
    const Uint32 frameBytes = uncompressedFrameBytes(dataset);
    if (frameBytes == 0)
        return fail(ErrorCode::DicomMalformed, file.string());
    Sint32 frames = 1;
    dataset.findAndGetSint32(DCM_NumberOfFrames, frames);
    std::vector<Uint8> bytes(frameBytes + frameBytes % 2);
    Uint32 fragment = 0;
    std::uint64_t sum = 0;
    OFString colorModel;
    for (Sint32 frame = 0; frame < frames; ++frame) {
        const OFCondition decoded =
            pixels->getUncompressedFrame(&dataset, static_cast<Uint32>(frame), fragment, bytes.data(),
                                         static_cast<Uint32>(bytes.size()), colorModel);
        if (decoded.bad())
            return dcmtkError(file, decoded);
        sum += bytes[frameBytes / 2];
    }
    return sum;
}

Status encode(const std::filesystem::path& source, const std::filesystem::path& target, Codec codec)
{
    DcmFileFormat format;
    if (const OFCondition loaded = format.loadFile(source.c_str()); loaded.bad())
        return dcmtkError(source, loaded);
    const DJ_RPLossy lossy(90);
    const DJ_RPLossless lossless;
    const DcmRepresentationParameter* parameter = nullptr;
    if (codec == Codec::JpegBaseline)
        parameter = &lossy;
    else if (codec == Codec::JpegLossless)
        parameter = &lossless;
    DcmDataset& dataset = *format.getDataset();
    if (const OFCondition chosen = dataset.chooseRepresentation(syntaxOf(codec), parameter); chosen.bad())
        return dcmtkError(source, chosen);
    if (const OFCondition saved = format.saveFile(target.c_str(), syntaxOf(codec)); saved.bad())
        return dcmtkError(target, saved);
    return {};
}

Result<std::unique_ptr<WindowedImage>> WindowedImage::open(const std::filesystem::path& file)
{
    auto image = std::make_unique<DicomImage>(file.c_str());
    if (image->getStatus() != EIS_Normal)
        return fail(ErrorCode::CodecFailed, file.string(), DicomImage::getString(image->getStatus()));
    return std::make_unique<DcmtkWindowedImage>(std::move(image));
}

} // namespace fedefm::cli::dcmtk_peer
