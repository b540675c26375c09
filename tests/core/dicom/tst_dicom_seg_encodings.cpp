// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom_seg_fixture.h"

#include <QTest>

#include <array>

using namespace fedefm;
using namespace fedefm::test;

namespace {

constexpr int kWidth = 13;
constexpr int kHeight = 7;

/// Rewrites a BINARY SEG as other producers store theirs; the pictures stay the same.
constexpr const char* kVariants = R"(
import sys, zlib, copy, numpy, pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian
source, out = sys.argv[1], sys.argv[2]
def fresh():
    return pydicom.dcmread(source)
d = fresh()
n, r, c = int(d.NumberOfFrames), d.Rows, d.Columns
bits = numpy.unpackbits(numpy.frombuffer(d.PixelData, 'u1'), bitorder='little')[:n * r * c].reshape(n, r, c)
def even(b):
    return b + b'\0' * (len(b) % 2)
def bytes8(d, kind):
    d.BitsAllocated = d.BitsStored = 8; d.HighBit = 7; d.SegmentationType = kind
    return d
d = bytes8(fresh(), 'FRACTIONAL'); d.SegmentationFractionalType = 'PROBABILITY'; d.MaximumFractionalValue = 201
d.PixelData = even((bits * 2 + 99 + (bits == 0) * 1).astype('u1').tobytes()); d.save_as(out + '/fractional.dcm')
d.compress(RLELossless, encoding_plugin='pydicom') if hasattr(d, 'compress') else None
d.save_as(out + '/fractional_rle.dcm')
d = bytes8(fresh(), 'LABELMAP'); d.SOPClassUID = d.file_meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.66.7'
segments = [int(g.SegmentIdentificationSequence[0].ReferencedSegmentNumber) for g in d.PerFrameFunctionalGroupsSequence]
numbers = [int(g.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber) for g in d.PerFrameFunctionalGroupsSequence]
frames = sorted(set(numbers)); maps = numpy.zeros((len(frames), r, c), 'u1')
for i, (s, f) in enumerate(zip(segments, numbers)):
    maps[frames.index(f)][bits[i] != 0] = s
groups = []
for f in frames:
    g = copy.deepcopy(d.PerFrameFunctionalGroupsSequence[numbers.index(f)]); del g.SegmentIdentificationSequence; groups.append(g)
d.PerFrameFunctionalGroupsSequence = pydicom.Sequence(groups); d.NumberOfFrames = len(frames)
d.PixelData = even(maps.tobytes()); d.save_as(out + '/labelmap.dcm')
packed = [numpy.packbits(f.ravel(), bitorder='little').tobytes() for f in bits]
def deflate(b):
    z = zlib.compressobj(9, zlib.DEFLATED, -15); return even(z.compress(b) + z.flush())
def encapsulated(name, uid, frames):
    # pydicom refuses syntaxes that it does not know, so another one of equal length is replaced afterwards.
    d = fresh(); d.file_meta.TransferSyntaxUID = '1.2.840.10008.1.2.4.90'
    d.PixelData = encapsulate(frames); d['PixelData'].is_undefined_length = True
    d.save_as(out + name)
    whole = open(out + name, 'rb').read()
    open(out + name, 'wb').write(whole.replace(b'1.2.840.10008.1.2.4.90', uid))
encapsulated('/deflated_frames.dcm', b'1.2.840.10008.1.2.8.1\0', [deflate(p) for p in packed])
encapsulated('/encapsulated.dcm', b'1.2.840.10008.1.2.1.98', [even(p) for p in packed])
d = fresh(); d.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian; d.save_as(out + '/deflated.dcm')
d = fresh(); d.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian; d.is_implicit_VR = True; d.save_as(out + '/implicit.dcm')
d = fresh(); d.file_meta.TransferSyntaxUID = ExplicitVRBigEndian; d.is_little_endian = False
d['PixelData'].VR = 'OW'; d.PixelData = numpy.frombuffer(d.PixelData, '<u2').astype('>u2').tobytes(); d.save_as(out + '/bigendian.dcm')
d = fresh()
for g in d.PerFrameFunctionalGroupsSequence: del g.DerivationImageSequence
d.save_as(out + '/order.dcm')
)";

} // namespace

class TestDicomSegEncodings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasPydicom())
            QSKIP("python3-pydicom and numpy are not installed");
        const auto source = makeSource(m_folder, kWidth, kHeight, 4);
        const auto image = openDicom(source);
        QVERIFY(image);
        m_image = (*image)->info();
        std::vector<SegmentationPtr> results;
        for (int i = 0; i < 4; ++i)
            results.push_back(resultOf(m_image, labelsOf(kWidth, kHeight, i), i));
        QVERIFY(writeSeg(in(m_folder, "seg.dcm"), source, results, false));
        const Outcome made =
            runPython(kVariants, {QString::fromStdString(in(m_folder, "seg.dcm").string()), m_folder.path()});
        QVERIFY2(made.ok, made.err.constData());
    }

    void readsThem_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"fractional", "fractional_rle", "labelmap", "deflated_frames",
                                 "encapsulated", "deflated", "implicit", "bigendian", "order"})
            QTest::newRow(name) << QString(name);
    }

    void readsThem()
    {
        QFETCH(QString, name);
        const auto seg = readSeg(in(m_folder, qPrintable(name + ".dcm")));
        QVERIFY2(seg, seg ? "" : describe(seg.error()).c_str());
        QCOMPARE(seg->fractional, name.startsWith("fractional"));
        QCOMPARE(seg->warnings.size(), std::size_t(name == "order" ? 1 : 0));
        const auto shown = segmentationsFor(*seg, m_image);
        QVERIFY2(shown, shown ? "" : describe(shown.error()).c_str());
        QCOMPARE(static_cast<int>(shown->size()), 3);
        // Frame 2 is empty and so was not written; labels show which source each result holds.
        const std::array<int, 3> sources{0, 1, 3};
        for (std::size_t i = 0; i < sources.size(); ++i)
            QCOMPARE((*shown)[i].second->labelImage(), labelsOf(kWidth, kHeight, sources[i]));
    }

private:
    QTemporaryDir m_folder;
    SequenceInfo m_image;
};

QTEST_GUILESS_MAIN(TestDicomSegEncodings)
#include "tst_dicom_seg_encodings.moc"
