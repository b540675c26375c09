// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "tensor_test_support.h"
#include "test_data.h"

#include <csignal>
#include <limits>
#include <sys/resource.h>

using namespace fedefm;
using namespace fedefm::test;

namespace {

/// A file around a header text; the length is that of the text.
std::string around(const std::string& header, const std::string& data)
{
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(header.size() >> (8 * i) & 0xFF);
    return bytes + header + data;
}

TensorFile sample()
{
    TensorFile file;
    const std::uint8_t odd[] = {1, 2, 3};
    const double wide = std::numeric_limits<double>::quiet_NaN();
    file.tensors["a.odd"] = StoredTensor::copyOf(DType::U8, {3}, odd);
    file.tensors["z.scalar"] = StoredTensor::copyOf(DType::F64, {}, &wide);
    file.tensors["m.weight"] = floats({2, 3}, {1, -2, 3.5F, 0, 5, 6});
    file.tensors["empty"] = floats({0, 3}, {});
    file.metadata["note"] = "a \"quoted\" text / é";
    return file;
}

} // namespace

class TestSafetensors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip();
    void layoutByHand();
    void refusesBroken_data();
    void refusesBroken();
    void refusesTruncated();
    void copiesUnaligned();
    void keepsOldFileOnFailure();
    void readsReference_data();
    void readsReference();

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }
};

void TestSafetensors::roundTrip()
{
    const TensorFile file = sample();
    QVERIFY(writeSafetensors(path("a.safetensors"), file, Overwrite::No).has_value());
    const auto read = readTensorFile(path("a.safetensors"));
    QVERIFY(read.has_value());
    QCOMPARE(difference(*read, file), std::string());
    QCOMPARE(read->metadata, file.metadata);
    QCOMPARE(read->form, std::string("safetensors"));
    QVERIFY(writeSafetensors(path("b.safetensors"), *read, Overwrite::No).has_value());
    QVERIFY(readBytes(path("a.safetensors")) == readBytes(path("b.safetensors")));
    QCOMPARE(writeSafetensors(path("a.safetensors"), file, Overwrite::No).error().code,
             ErrorCode::FileExists);
}

void TestSafetensors::layoutByHand()
{
    TensorFile file;
    const std::uint8_t byte = 7;
    file.tensors["b"] = floats({1}, {1.0F});
    file.tensors["a"] = StoredTensor::copyOf(DType::U8, {}, &byte);
    QVERIFY(writeSafetensors(path("hand.safetensors"), file, Overwrite::No).has_value());
    // The float comes first in the data, the names are sorted in the header, blanks fill up to 8.
    std::string header = R"({"a":{"data_offsets":[4,5],"dtype":"U8","shape":[]},)"
                         R"("b":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})";
    header.append((8 - header.size() % 8) % 8, ' ');
    QVERIFY(readBytes(path("hand.safetensors")) == around(header, std::string("\x00\x00\x80\x3f\x07", 5)));
}

void TestSafetensors::refusesBroken_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const std::string eight(8, 'x');
    const auto add = [](const char* name, const std::string& bytes, const char* says) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(says);
    };
    const auto one = [](const char* dtype, const char* shape, const char* offsets) {
        return std::string(R"({"t":{"dtype":")") + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
               offsets + "}}";
    };
    add("no bytes", "", "");
    add("seven bytes", "1234567", "");
    add("header past the end", around("{}", "").substr(0, 9), "truncated");
    add("header length 2^63", std::string("\0\0\0\0\0\0\0\x80{}", 10), "truncated");
    add("not JSON", around("{\"t\":", eight), "not JSON");
    add("a list", around("[]", ""), "");
    add("nested", around(std::string(100000, '{'), ""), "");
    add("deep lists", around("{\"t\":" + std::string(100000, '['), ""), "");
    add("unknown dtype", around(one("F7", "[2]", "[0,8]"), eight), "dtype");
    add("outside", around(one("F32", "[4]", "[0,16]"), eight), "outside");
    add("reversed", around(one("F32", "[2]", "[8,0]"), eight), "outside");
    add("count", around(one("F32", "[3]", "[0,8]"), eight), "shape");
    add("overflow", around(one("F32", "[4294967296,4294967296,4]", "[0,0]"), ""), "shape");
    add("hidden overflow", around(one("F32", "[4294967296,4294967296,0]", "[0,0]"), ""), "shape");
    add("negative shape", around(one("F32", "[-2]", "[0,8]"), eight), "negative");
    add("fraction", around(one("F32", "[2.0]", "[0,8]"), eight), "fraction");
    add("2^64", around(one("F32", "[18446744073709551616]", "[0,8]"), eight), "");
    add("three offsets", around(one("F32", "[2]", "[0,8,8]"), eight), "offsets");
    add("no shape", around(R"({"t":{"dtype":"F32","data_offsets":[0,8]}})", eight), "shape");
    add("twice",
        around(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
               R"("t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
               eight),
        "twice");
    add("overlap",
        around(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
               R"("u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
               eight),
        "overlap");
    add("gap", around(one("F32", "[1]", "[4,8]"), eight), "gap");
    add("rest", around(one("F32", "[1]", "[0,4]"), eight), "follow");
    add("metadata number", around(R"({"__metadata__":{"a":1}})", ""), "number");
}

void TestSafetensors::refusesBroken()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    writeBytes(path("broken.safetensors"), bytes.toStdString());
    const auto read = readTensorFile(path("broken.safetensors"));
    QVERIFY(!read.has_value());
    QVERIFY2(QString::fromStdString(read.error().detail).contains(says), read.error().detail.c_str());
    QCOMPARE(read.error().code, ErrorCode::ModelBroken);
}

void TestSafetensors::refusesTruncated()
{
    QVERIFY(writeSafetensors(path("whole.safetensors"), sample(), Overwrite::Yes).has_value());
    const std::string whole = readBytes(path("whole.safetensors"));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        writeBytes(path("cut.safetensors"), whole.substr(0, length));
        QVERIFY2(!readTensorFile(path("cut.safetensors")).has_value(), std::to_string(length).c_str());
    }
}

void TestSafetensors::copiesUnaligned()
{
    // Five bytes of header length make every float lie on an odd address.
    const std::string header = R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )";
    QVERIFY(header.size() % 4 != 0);
    writeBytes(path("odd.safetensors"), around(header, std::string("\0\0\x80\x3f", 4)));
    const auto read = readTensorFile(path("odd.safetensors"));
    QVERIFY(read.has_value());
    const StoredTensor& tensor = read->tensors.at("t");
    QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor.data) % 4, std::uintptr_t(0));
    QCOMPARE(*reinterpret_cast<const float*>(tensor.data), 1.0F);
}

void TestSafetensors::keepsOldFileOnFailure()
{
    QVERIFY(writeSafetensors(path("old.safetensors"), sample(), Overwrite::Yes).has_value());
    const std::string before = readBytes(path("old.safetensors"));
    TensorFile large;
    large.tensors["t"] = floats({1 << 16}, std::vector<float>(1 << 16));
    struct rlimit old
    {
    };
    ::getrlimit(RLIMIT_FSIZE, &old);
    struct rlimit small = old;
    small.rlim_cur = 4096;
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const Status status = writeSafetensors(path("old.safetensors"), large, Overwrite::Yes);
    ::setrlimit(RLIMIT_FSIZE, &old);
    ::signal(SIGXFSZ, handler);
    QVERIFY(!status.has_value());
    QCOMPARE(status.error().code, ErrorCode::WriteFailed);
    QVERIFY(readBytes(path("old.safetensors")) == before);
    QCOMPARE(QDir(m_folder.path()).entryList({".old*"}, QDir::Files | QDir::Hidden).size(), 0);
}

void TestSafetensors::readsReference_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"expected_plain", "expected_half", "expected_views_and_dtypes", "with_metadata"})
        QTest::newRow(name) << QString(name);
}

void TestSafetensors::readsReference()
{
    QFETCH(QString, name);
    const auto file = goldenData("checkpoint_formats") / (name.toStdString() + ".safetensors");
    NEEDS_GOLDEN(file);
    const auto read = readTensorFile(file);
    QVERIFY(read.has_value());
    QVERIFY(!read->tensors.empty());
    // Written again, the data part is the same: the reference uses the same order.
    QVERIFY(writeSafetensors(path("again.safetensors"), *read, Overwrite::Yes).has_value());
    const auto again = readTensorFile(path("again.safetensors"));
    QVERIFY(again.has_value());
    QCOMPARE(difference(*again, *read), std::string());
}

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
