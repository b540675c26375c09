// SPDX-License-Identifier: GPL-3.0-or-later
#include "pickle_builder.h"
#include "test_data.h"

#include <QProcess>
#include <sys/mman.h>
#include <unistd.h>

using namespace fedefm;
using namespace fedefm::test;

class TestTorchFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void readsReference_data();
    void readsReference();
    void refusesTruncated_data() { readsReference_data(); }
    void refusesTruncated();
    void survivesDamage_data() { readsReference_data(); }
    void survivesDamage();
    void writesAndReads();
    void pythonReads();
    void readsWhatPythonWrites_data();
    void readsWhatPythonWrites();
    void readsArrays();

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }
    QByteArray python(const QString& code, bool& isThere) const;
    QByteArray m_pythonErrors; ///< of the files that initTestCase() had written
    bool m_hasPython = false;
};

namespace {

TensorFile sample()
{
    TensorFile file;
    const std::int64_t counter = -7;
    const std::uint16_t halves[] = {0x3c00, 0xc000, 0x7e01};
    const std::uint16_t brains[] = {0x3f80, 0xc000, 0x4049};
    const std::uint8_t truths[] = {1, 0};
    file.tensors["conv.weight"] = floats({2, 1, 3}, {1, -2, 3.5F, 0, 5, 6});
    file.tensors["bn.num_batches_tracked"] = StoredTensor::copyOf(DType::I64, {}, &counter);
    file.tensors["half"] = StoredTensor::copyOf(DType::F16, {3}, halves);
    file.tensors["brain"] = StoredTensor::copyOf(DType::BF16, {1, 3}, brains);
    file.tensors["truth"] = StoredTensor::copyOf(DType::Bool, {2}, truths);
    file.tensors["empty"] = floats({0, 3}, {});
    file.metadata["note"] = "kept é";
    return file;
}

constexpr std::pair<const char*, const char*> kReferences[] = {
    {"plain.pth", "expected_plain"},
    {"plain_legacy_nonzip.pth", "expected_plain"},
    {"model_state.pth", "expected_plain"},
    {"model.pth", "expected_plain"},
    {"state_dict_with_optimizer.pth", "expected_plain"},
    {"module_prefix.pth", "expected_plain"},
    {"mask_values.pth", "expected_plain"},
    {"half.pth", "expected_half"},
    {"views_and_dtypes.pth", "expected_views_and_dtypes"},
    {"torchscript.pt", "expected_torchscript"},
    {"with_metadata.safetensors", "expected_plain"},
};

constexpr std::pair<const char*, const char*> kWritings[] = {
    {"plain", "torch.save(s, f)"},
    {"protocol 1", "torch.save(s, f, pickle_protocol=1)"},
    {"protocol 3", "torch.save(s, f, pickle_protocol=3)"},
    {"protocol 4", "torch.save(s, f, pickle_protocol=4)"},
    {"protocol 5", "torch.save(s, f, pickle_protocol=5)"},
    {"legacy protocol 1", "torch.save(s, f, pickle_protocol=1, _use_new_zipfile_serialization=False)"},
    {"legacy protocol 4", "torch.save(s, f, pickle_protocol=4, _use_new_zipfile_serialization=False)"},
    {"plain dict", "torch.save(dict(s), f)"},
    {"nested", "torch.save({'epoch': torch.tensor(3), 'model': {'state_dict': s}}, f)"},
    {"other wrapping", "torch.save({'epoch': 3, 'net': s, 'loss': [0.5, 1e-3]}, f)"},
    {"parameters", "torch.save(OrderedDict((k, torch.nn.Parameter(v, v.is_floating_point()))"
                   " for k, v in s.items()), f)"},
    {"attributes", "[setattr(v, 'note', 'x') for v in s.values()]; torch.save(s, f)"},
    {"optimiser", "m = torch.nn.Linear(2, 2); o = torch.optim.Adam(m.parameters());"
                  " m(torch.ones(1, 2)).sum().backward(); o.step();"
                  " torch.save({'optimizer': o.state_dict(), 'state_dict': s}, f)"},
    {"namespace", "torch.save({'model': s, 'args': argparse.Namespace(lr=0.1, d=torch.device('cpu'),"
                  " t=torch.float32, z=torch.Size([2]))}, f)"},
    {"numpy scalars", "torch.save({'model': s, 'best': n.float64(0.5), 'a': n.arange(3), 'b': {1, 2},"
                      " 'c': b'bytes', 'd': 2**80}, f)"},
};

} // namespace

void TestTorchFiles::readsReference_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("expected");
    for (const auto& [name, expected] : kReferences)
        QTest::newRow(name) << QString(name) << QString(expected) + ".safetensors";
}

void TestTorchFiles::readsReference()
{
    QFETCH(QString, name);
    QFETCH(QString, expected);
    const auto folder = goldenData("checkpoint_formats");
    NEEDS_GOLDEN(folder);
    const auto read = readTensorFile(folder / name.toStdString());
    QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
    const auto wanted = readTensorFile(folder / expected.toStdString());
    QVERIFY(wanted.has_value());
    QCOMPARE(difference(*read, *wanted), std::string());
}

void TestTorchFiles::refusesTruncated()
{
    QFETCH(QString, name);
    const auto folder = goldenData("checkpoint_formats");
    NEEDS_GOLDEN(folder);
    const std::string whole = readBytes(folder / name.toStdString());
    const auto cut = path(qPrintable("cut_" + name));
    for (int part = 0; part < 16; ++part) {
        writeBytes(cut, whole.substr(0, whole.size() * static_cast<std::size_t>(part) / 16));
        const auto read = readTensorFile(cut);
        QVERIFY2(!read.has_value(), std::to_string(part).c_str());
        QVERIFY(!read.error().detail.empty());
    }
    writeBytes(cut, whole.substr(0, whole.size() - 1));
    QVERIFY(!readTensorFile(cut).has_value());
}

void TestTorchFiles::survivesDamage()
{
    QFETCH(QString, name);
    const auto folder = goldenData("checkpoint_formats");
    NEEDS_GOLDEN(folder);
    const std::string whole = readBytes(folder / name.toStdString());
    // In memory: hundreds of files on a disk would take seconds.
    const int descriptor = ::memfd_create("damaged", 0);
    const std::filesystem::path damaged = "/proc/self/fd/" + std::to_string(descriptor);
    std::uint32_t state = 12345;
    for (int round = 0; round < 400; ++round) {
        std::string bytes = whole;
        for (int i = 0; i <= round % 3; ++i) {
            state = state * 1664525U + 1013904223U;
            bytes[(state >> 8) % bytes.size()] = static_cast<char>(state >> 3);
        }
        QCOMPARE(::pwrite(descriptor, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        if (const auto read = readTensorFile(damaged)) // whatever is given must be readable to its last byte
            for (const auto& [key, value] : read->tensors)
                for (std::size_t i = 0; i < value.byteCount(); ++i)
                    state += std::to_integer<std::uint32_t>(value.data[i]);
    }
    ::close(descriptor);
}

void TestTorchFiles::writesAndReads()
{
    QVERIFY(writePth(path("a.pth"), sample(), Overwrite::No).has_value());
    const auto read = readTensorFile(path("a.pth"));
    QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
    QCOMPARE(difference(*read, sample()), std::string());
    QCOMPARE(read->form, std::string("pth"));
    QCOMPARE(read->metadata, sample().metadata);
    QVERIFY(writePth(path("b.pth"), *read, Overwrite::No).has_value());
    QVERIFY(readBytes(path("a.pth")) == readBytes(path("b.pth")));
    QCOMPARE(writePth(path("a.pth"), sample(), Overwrite::No).error().code, ErrorCode::FileExists);
    QCOMPARE(writePth(path("no/folder.pth"), sample(), Overwrite::No).error().code, ErrorCode::WriteFailed);
}

QByteArray TestTorchFiles::python(const QString& code, bool& isThere) const
{
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    process.start("/usr/bin/python3", {"-c", "import torch\nfrom collections import OrderedDict\n" + code});
    process.waitForFinished(60000);
    const QByteArray errors = process.readAllStandardError();
    isThere = process.error() != QProcess::FailedToStart && !errors.contains("No module named");
    return process.readAllStandardOutput() + errors;
}

void TestTorchFiles::pythonReads()
{
    QVERIFY(writePth(path("forpython.pth"), sample(), Overwrite::Yes).has_value());
    bool isThere = false;
    const QByteArray answer =
        python("s = torch.load('forpython.pth', weights_only=True)\n"
               "print(type(s).__name__, list(s))\n"
               "for k, v in s.items(): print(k, v.dtype, list(v.shape), v.double().tolist())\n",
               isThere);
    if (!isThere)
        QSKIP("python3-torch is not here");
    QCOMPARE(
        QString(answer),
        QString("OrderedDict ['bn.num_batches_tracked', 'brain', 'conv.weight', 'empty', 'half', 'truth']\n"
                "bn.num_batches_tracked torch.int64 [] -7.0\n"
                "brain torch.bfloat16 [1, 3] [[1.0, -2.0, 3.140625]]\n"
                "conv.weight torch.float32 [2, 1, 3] [[[1.0, -2.0, 3.5]], [[0.0, 5.0, 6.0]]]\n"
                "empty torch.float32 [0, 3] []\n"
                "half torch.float16 [3] [1.0, -2.0, nan]\n"
                "truth torch.bool [2] [1.0, 0.0]\n"));
}

void TestTorchFiles::initTestCase()
{
    // One process for all files: each start of Python's torch takes seconds.
    QString code = "import argparse\nimport numpy as n\n"
                   "b = torch.arange(24, dtype=torch.float32)\n"
                   "def fresh():\n"
                   "    s = OrderedDict(whole=b.view(6, 4), turned=b.view(6, 4).t(), part=b[4:12].view(2, 4),"
                   "                    wide=b[:3].expand(2, 3), n=torch.tensor(5))\n"
                   "    s._metadata = OrderedDict(version=1)\n"
                   "    return s\n";
    for (const auto& [name, line] : kWritings)
        code += QString("f = '%1.pth'\ns = fresh()\n%2\n").arg(QString(name).replace(' ', '_'), line);
    code += "a = n.arange(6, dtype='<f4').reshape(2, 3)\n"
            "d = {'Transformer/block_0/kernel': a, 'fortran': n.asfortranarray(a), 'big': a.astype('>f4'),"
            "     'half': a.astype('<f2'), 'count': n.array(7), 'name': n.array('text')}\n"
            "n.savez('stored.npz', **d); n.savez_compressed('packed.npz', **d); n.save('single.npy', a)\n"
            "n.savez('objects.npz', o=n.array([None]))\n";
    m_pythonErrors = python(code, m_hasPython);
}

void TestTorchFiles::readsWhatPythonWrites_data()
{
    QTest::addColumn<QString>("name");
    for (const auto& [name, line] : kWritings)
        QTest::newRow(name) << QString(name).replace(' ', '_') + ".pth";
}

void TestTorchFiles::readsWhatPythonWrites()
{
    if (!m_hasPython)
        QSKIP("python3-torch is not here");
    QCOMPARE(m_pythonErrors, QByteArray());
    QFETCH(QString, name);
    const auto read = readTensorFile(path(qPrintable(name)));
    QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
    TensorFile expected;
    std::vector<float> whole;
    std::vector<float> turned;
    for (int i = 0; i < 24; ++i) {
        whole.push_back(static_cast<float>(i));
        turned.push_back(static_cast<float>(i % 6 * 4 + i / 6));
    }
    const std::int64_t five = 5;
    expected.tensors["whole"] = floats({6, 4}, whole);
    expected.tensors["turned"] = floats({4, 6}, turned);
    expected.tensors["part"] = floats({2, 4}, {4, 5, 6, 7, 8, 9, 10, 11});
    expected.tensors["wide"] = floats({2, 3}, {0, 1, 2, 0, 1, 2});
    expected.tensors["n"] = StoredTensor::copyOf(DType::I64, {}, &five);
    QCOMPARE(difference(*read, expected), std::string());
}

void TestTorchFiles::readsArrays()
{
    if (!m_hasPython)
        QSKIP("python3-torch is not here");
    QCOMPARE(m_pythonErrors, QByteArray());
    const std::uint16_t halves[] = {0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500};
    const std::int64_t seven = 7;
    TensorFile expected;
    for (const char* name : {"Transformer/block_0/kernel", "fortran", "big"})
        expected.tensors[name] = floats({2, 3}, {0, 1, 2, 3, 4, 5});
    expected.tensors["half"] = StoredTensor::copyOf(DType::F16, {2, 3}, halves);
    expected.tensors["count"] = StoredTensor::copyOf(DType::I64, {}, &seven);
    for (const char* name : {"stored.npz", "packed.npz"}) {
        const auto read = readTensorFile(path(name));
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QCOMPARE(difference(*read, expected), std::string());
        QCOMPARE(read->form, std::string("npz"));
    }
    const auto single = readTensorFile(path("single.npy"));
    QVERIFY(single.has_value());
    QVERIFY(single->tensors.count("single") == 1);
    const auto objects = readTensorFile(path("objects.npz"));
    QVERIFY(!objects.has_value());
    QVERIFY(objects.error().detail.find("not supported") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestTorchFiles)
#include "tst_torch_files.moc"
