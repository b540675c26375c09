// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_seg_pixels_private.h"

#include "core/dicom/dicom_seg_fragment_private.h"

#include "dcmtk/dcmdata/dcdeftag.h"

#include <algorithm>

namespace fedefm {

using namespace dicom;

namespace {

constexpr int kMaxSegFrames = 200000;
constexpr std::size_t kMaxSegPixels = 128U << 20;

/// Uncompressed: bits or bytes follow each other without a gap between frames.
class NativePixels final : public SegPixels
{
public:
    NativePixels(const DicomScan& scan, const SegLayout& layout, std::string subject)
        : m_scan(scan), m_layout(layout), m_subject(std::move(subject))
    {
    }

    Status frame(int index, std::vector<std::uint8_t>& pixels) override
    {
        const std::uint64_t bits =
            m_layout.framePixels() * static_cast<std::uint64_t>(m_layout.bitsAllocated);
        const std::uint64_t firstBit = bits * static_cast<std::uint64_t>(index);
        // Whole words, so that big-endian ones can be turned.
        const std::uint64_t firstByte = firstBit / 16 * 2;
        const std::uint64_t end = std::min((firstBit + bits + 15) / 16 * 2, m_scan.pixels.available);
        m_packed.resize(static_cast<std::size_t>(end - firstByte));
        if (!m_scan.source->read(m_scan.pixels.offset + firstByte, m_packed.data(), m_packed.size()))
            return fail(ErrorCode::SizeMismatch, m_subject,
                        "frame " + std::to_string(index) + " is not in the file");
        if (m_scan.encoding.bigEndian && m_scan.pixels.vr == "OW")
            for (std::size_t i = 0; i + 1 < m_packed.size(); i += 2)
                std::swap(m_packed[i], m_packed[i + 1]);
        return spreadSegFrame(m_packed, static_cast<std::size_t>(firstBit - firstByte * 8), m_layout,
                              m_subject, pixels);
    }

private:
    const DicomScan& m_scan;
    SegLayout m_layout;
    std::string m_subject;
    Bytes m_packed;
};

/// Encapsulated, one fragment per frame, in a syntax that the image reader does not take at this depth.
class FragmentPixels final : public SegPixels
{
public:
    FragmentPixels(const DicomScan& scan, const SegLayout& layout, std::string subject)
        : m_scan(scan), m_layout(layout), m_subject(std::move(subject))
    {
    }

    Status frame(int index, std::vector<std::uint8_t>& pixels) override
    {
        const Fragment& fragment = m_scan.pixels.fragments[static_cast<std::size_t>(index)];
        Bytes coded(static_cast<std::size_t>(fragment.length));
        if (!m_scan.source->read(fragment.offset, coded.data(), coded.size()))
            return fail(ErrorCode::SizeMismatch, m_subject,
                        "frame " + std::to_string(index) + " is not in the file");
        auto decoded = decodeSegFragment(coded, m_scan.syntax.uid, m_layout, m_subject);
        if (!decoded)
            return tl::unexpected(decoded.error());
        // A run-length coder that works in bytes may leave one byte per pixel.
        SegLayout layout = m_layout;
        if (decoded->size() == layout.framePixels())
            layout.bitsAllocated = 8;
        return spreadSegFrame(*decoded, 0, layout, m_subject, pixels);
    }

private:
    const DicomScan& m_scan;
    SegLayout m_layout;
    std::string m_subject;
};

/// Everything that the image reader decodes.
class DecodedPixels final : public SegPixels
{
public:
    DecodedPixels(SequencePtr sequence, const SegLayout& layout, std::string subject)
        : m_sequence(std::move(sequence)), m_layout(layout), m_subject(std::move(subject))
    {
    }

    Status frame(int index, std::vector<std::uint8_t>& pixels) override
    {
        const auto frame = m_sequence->read(index);
        if (!frame)
            return tl::unexpected(frame.error());
        const Frame& picture = **frame;
        if (picture.width() != m_layout.columns || picture.height() != m_layout.rows ||
            picture.samples() != 1)
            return fail(ErrorCode::SizeMismatch, m_subject, "decoded frame differs in size from the header");
        if (picture.type() == PixelType::U8) {
            pixels.assign(picture.bytes(), picture.bytes() + picture.sampleCount());
            return {};
        }
        const Bytes words(picture.bytes(), picture.bytes() + picture.byteCount());
        return spreadSegFrame(words, 0, m_layout, m_subject, pixels);
    }

private:
    SequencePtr m_sequence;
    SegLayout m_layout;
    std::string m_subject;
};

Result<std::unique_ptr<SegPixels>> openEncapsulated(const DicomScan& scan, const SegLayout& layout,
                                                    const std::filesystem::path& path)
{
    const std::string subject = path.string();
    if (layout.bitsAllocated != 1 && scan.syntax.uid != kDeflatedImageFrame) {
        auto opened = openDicom(path);
        if (!opened)
            return tl::unexpected(opened.error());
        if ((*opened)->info().frameCount < layout.frameCount)
            return fail(ErrorCode::SizeMismatch, subject, "fewer frames than the header says");
        return std::make_unique<DecodedPixels>(*opened, layout, subject);
    }
    if (!isSegFragmentSyntax(scan.syntax.uid))
        return fail(ErrorCode::UnsupportedSyntax, subject,
                    transferSyntaxName(scan.syntax.uid) + " with one bit per pixel");
    if (scan.pixels.fragments.size() < static_cast<std::size_t>(layout.frameCount))
        return fail(ErrorCode::SizeMismatch, subject,
                    std::to_string(scan.pixels.fragments.size()) + " fragments for " +
                        std::to_string(layout.frameCount) + " frames");
    if (scan.pixels.fragments.size() > static_cast<std::size_t>(layout.frameCount))
        return fail(ErrorCode::UnsupportedPixels, subject, "frames of more than one fragment");
    return std::make_unique<FragmentPixels>(scan, layout, subject);
}

} // namespace

Result<SegLayout> readSegLayout(const DicomHeader& header, const std::string& subject)
{
    const DatasetValues values = header.values();
    SegLayout layout;
    layout.rows = values.integer(DCM_Rows).value_or(0);
    layout.columns = values.integer(DCM_Columns).value_or(0);
    layout.frameCount = values.has(DCM_NumberOfFrames) ? values.integer(DCM_NumberOfFrames).value_or(0) : 1;
    layout.bitsAllocated = values.integer(DCM_BitsAllocated).value_or(0);
    const int samples = values.integer(DCM_SamplesPerPixel).value_or(1);
    if (layout.rows < 1 || layout.columns < 1 || layout.rows > 65535 || layout.columns > 65535)
        return fail(ErrorCode::DicomMalformed, subject, "no image size (0028,0010), (0028,0011)");
    if (layout.frameCount < 1)
        return fail(ErrorCode::DicomMalformed, subject, "Number of Frames (0028,0008)");
    const int bits = layout.bitsAllocated;
    if ((bits != 1 && bits != 8 && bits != 16) || samples != 1)
        return fail(ErrorCode::UnsupportedPixels, subject,
                    std::to_string(bits) + " bits, " + std::to_string(samples) + " samples");
    if (!header.scan.pixels.present || header.scan.pixels.isFloat)
        return fail(ErrorCode::DicomNoPixels, subject);
    if (layout.frameCount > kMaxSegFrames || layout.framePixels() > kMaxSegPixels)
        return fail(ErrorCode::TooLarge, subject,
                    std::to_string(layout.frameCount) + " frames of " + std::to_string(layout.columns) + "x" +
                        std::to_string(layout.rows));
    return layout;
}

Result<std::unique_ptr<SegPixels>> openSegPixels(const DicomScan& scan, const SegLayout& layout,
                                                 const std::filesystem::path& path)
{
    if (scan.pixels.encapsulated)
        return openEncapsulated(scan, layout, path);
    const std::uint64_t bits = static_cast<std::uint64_t>(layout.framePixels()) *
                               static_cast<unsigned>(layout.bitsAllocated) *
                               static_cast<unsigned>(layout.frameCount);
    if ((bits + 7) / 8 > scan.pixels.available)
        return fail(ErrorCode::SizeMismatch, path.string(),
                    "pixel data of " + std::to_string(scan.pixels.available) + " bytes, " +
                        std::to_string((bits + 7) / 8) + " are needed");
    return std::make_unique<NativePixels>(scan, layout, path.string());
}

} // namespace fedefm
