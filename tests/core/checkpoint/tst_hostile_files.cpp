// SPDX-License-Identifier: GPL-3.0-or-later
// Files made to do harm: nothing may run, memory stays bounded, the message names what was refused.
#include "pickle_builder.h"

#include <sys/resource.h>

using namespace fedefm;
using namespace fedefm::test;

class TestHostileFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesGlobals_data();
    void refusesGlobals();
    void refusesMalformed_data();
    void refusesMalformed();
    void refusesTensors_data();
    void refusesTensors();
    void refusesBombs_data();
    void refusesBombs();
    void refusesTwoPickles();
    void refusesScriptClassesInWeights();
    void refusesZipBomb();
    void refusesWrongChecksum();
    void cleanupTestCase();

private:
    Result<TensorFile> readPickle(const std::string& pickle,
                                  const std::string& storage = std::string(16, '\0'));

    QTemporaryDir m_folder;
    std::filesystem::path path(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
};

Result<TensorFile> TestHostileFiles::readPickle(const std::string& pickle, const std::string& storage)
{
    writeTorchFile(path("x.pth"), pickle, storage);
    return readTensorFile(path("x.pth"));
}

void TestHostileFiles::refusesGlobals_data()
{
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QString>("names");
    const std::string touch = "touch " + path("harm").string();
    const auto add = [](const char* name, const std::string& bytes, const char* names) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(names);
    };
    add("os.system",
        "\x80\x02"
        "cos\nsystem\n(" +
            text(touch) + "tR.",
        "os.system");
    add("posix.system", "cposix\nsystem\n(S'" + touch + "'\ntR.", "posix.system");
    add("eval",
        "\x80\x02"
        "cbuiltins\neval\n" +
            text("1") + "\x85R.",
        "builtins.eval");
    add("Python 2", "c__builtin__\neval\n(S'1'\ntR.", "__builtin__.eval");
    add("by stack", "\x80\x04" + text("os") + text("system") + "\x93" + text(touch) + "\x85R.", "os.system");
    add("dotted", "\x80\x04" + text("builtins") + text("set.__class__") + "\x93.", "builtins.set.__class__");
    add("instance", "(S'" + touch + "'\nios\nsystem\n.", "os.system");
    add("object", "(cos\nsystem\nS'" + touch + "'\no.", "os.system");
    add("new object",
        "\x80\x02"
        "csubprocess\nPopen\n)\x81.",
        "subprocess.Popen");
    add("inside weights",
        dictionaryWith(tensor(4, 0, {4}, {1})).substr(0, 3) + "(" + text("t") + tensor(4, 0, {4}, {1}) +
            text("o") + "cos\nsystem\n)Ru.",
        "os.system");
    add("never called", "\x80\x02}(" + text("t") + tensor(4, 0, {4}, {1}) + text("o") + "cos\nsystem\nu.",
        "os.system");
    add("in state",
        "\x80\x02"
        "ccollections\nOrderedDict\n)R}" +
            text("f") + "cos\nsystem\nsb.",
        "os.system");
    add("lookalike",
        "\x80\x02"
        "ctorch._utils\n_rebuild_tensor_v2 \n.",
        "_rebuild_tensor_v2 ");
    add("torch but harmful",
        "\x80\x02"
        "ctorch.storage\n_load_from_bytes\n.",
        "_load_from_bytes");
    add("getattr",
        "\x80\x02"
        "cbuiltins\ngetattr\n.",
        "builtins.getattr");
    add("source",
        "\x80\x02(" + text("module") + "ctorch.nn.modules.linear\nLinear\n" + text("a") + text("b") + "tQ.",
        "torch.nn.modules.linear.Linear");
}

void TestHostileFiles::refusesGlobals()
{
    QFETCH(QByteArray, pickle);
    QFETCH(QString, names);
    // In a zip, bare, and where the old form has its object.
    const std::string start(
        "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.", 25);
    writeBytes(path("bare.pth"), pickle.toStdString());
    writeBytes(path("old.pth"), start + pickle.toStdString());
    for (const Result<TensorFile>& read : {readPickle(pickle.toStdString()), readTensorFile(path("bare.pth")),
                                           readTensorFile(path("old.pth"))}) {
        QVERIFY(!read.has_value());
        QCOMPARE(read.error().code, ErrorCode::ModelBroken);
        QVERIFY2(QString::fromStdString(read.error().detail).contains("\"" + names) ||
                     QString::fromStdString(read.error().detail).contains("." + names + "\""),
                 read.error().detail.c_str());
    }
    QVERIFY(!std::filesystem::exists(path("harm")));
}

void TestHostileFiles::refusesMalformed_data()
{
    QTest::addColumn<QByteArray>("pickle");
    const auto add = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    add("nothing", "");
    add("no stop", "\x80\x02N");
    add("stop at once", "\x80\x02.");
    add("unknown operation", "\x80\x02\xff.");
    add("text of 2^63", std::string("\x8d", 1) + bytesOf(1ULL << 63, 8) + "x.");
    add("text of 2^64-1", std::string("\x8d", 1) + bytesOf(~0ULL, 8) + "x.");
    add("bytes of 2^64-8", std::string("\x8e", 1) + bytesOf(~0ULL - 7, 8) + "x.");
    add("bytearray of 2^40", std::string("\x96", 1) + bytesOf(1ULL << 40, 8) + "x.");
    add("text of 4 GiB", std::string("X\xff\xff\xff\xff", 5) + "x.");
    add("integer of 4 GiB", std::string("\x8b\xff\xff\xff\xff", 5) + "x.");
    add("line without end", "cos");
    add("no mark", "\x80\x02t.");
    add("below the mark", "N(0000.");
    add("empty call", "R.");
    add("call of a text", text("os.system") + ")R.");
    add("unknown memo", "h\x05.");
    add("huge memo", std::string("j\xff\xff\xff\xff", 5) + ".");
    add("memo of nothing", "q\x01.");
    add("append to none", "NNa.");
    add("items for a list", "](NNu.");
    add("odd items", "}(Nu.");
    add("odd dictionary", "(Nd.");
    add("state of none", "N}b.");
    add("extension", "\x82\x01.");
    add("buffer", "\x97.");
    add("persistent text", "Pabc\n.");
    add("persistent number", "K\x01Q.");
    add("id of a text",
        "(" + text("storage") + text("FloatStorage") + text("0") + text("cpu") + integer(1) + "tQ.");
    add("negative count",
        "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + integer(-1) + "tQ.");
    add("tensor without storage", "ctorch._utils\n_rebuild_tensor_v2\n(N" + integer(0) + "))tR.");
    add("storage called", "ctorch\nFloatStorage\n(K\x01tR.");
    add("no tensors", "\x80\x02}.");
    add("a bare tensor", "\x80\x02" + tensor(4, 0, {4}, {1}) + ".");
    add("circle", "\x80\x02}q\x01(" + text("model") + "h\x01u.");
}

void TestHostileFiles::refusesMalformed()
{
    QFETCH(QByteArray, pickle);
    const auto read = readPickle(pickle.toStdString());
    QVERIFY(!read.has_value());
    QCOMPARE(read.error().code, ErrorCode::ModelBroken);
    QVERIFY(!read.error().detail.empty());
}

void TestHostileFiles::refusesTensors_data()
{
    QTest::addColumn<QByteArray>("value");
    const auto add = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    add("storage lies long", tensor(5, 0, {4}, {1}));
    add("storage lies short", tensor(2, 0, {2}, {1}));
    add("storage lies huge", tensor(kHuge, 0, {4}, {1}));
    add("too many", tensor(4, 0, {5}, {1}));
    add("offset behind", tensor(4, 2, {4}, {1}));
    add("offset negative", tensor(4, -1, {4}, {1}));
    add("offset huge", tensor(4, INT64_MAX, {2}, {1}));
    add("stride negative", tensor(4, 3, {4}, {-1}));
    add("stride huge", tensor(4, 0, {3}, {kHuge}));
    add("stride past", tensor(4, 0, {2}, {4}));
    add("shape negative", tensor(4, 0, {-4}, {1}));
    add("shape overflows", tensor(4, 0, {kHuge, 4}, {0, 0}));
    add("shape hides behind zero", tensor(4, 0, {kHuge, kHuge, 0}, {0, 0, 0}));
    add("fewer strides", tensor(4, 0, {2, 2}, {1}));
    add("complex", tensor(2, 0, {2}, {1}, "torch\nComplexFloatStorage"));
    add("dimensions", tensor(4, 0, std::vector<std::int64_t>(100, 1), std::vector<std::int64_t>(100, 1)));
}

void TestHostileFiles::refusesTensors()
{
    QVERIFY(readPickle(dictionaryWith(tensor(4, 0, {4}, {1}))).has_value());
    QFETCH(QByteArray, value);
    const auto read = readPickle(dictionaryWith(value.toStdString()));
    QVERIFY(!read.has_value());
    QVERIFY(!read.error().detail.empty());
}

void TestHostileFiles::refusesBombs_data()
{
    QTest::addColumn<QByteArray>("pickle");
    const auto add = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    add("expanded", dictionaryWith(tensor(4, 0, {1 << 20, 1 << 20}, {0, 0})));
    add("depth", "\x80\x02" + std::string(1'000'000, ']') + std::string(999'999, 'a') + ".");
    add("tuples", "\x80\x02)" + std::string(1'000'000, '\x85') + ".");
    add("dictionaries", "\x80\x02" + std::string(900'000, '}') + ".");
    add("marks", std::string(3'000'000, '('));
    add("constants", std::string(3'000'000, 'N') + ".");
    std::string memos = "N";
    for (int i = 0; i < 1'500'000; ++i)
        memos += '\x94';
    add("memos", memos + ".");
    std::string laughs = "\x80\x02]q\x01";
    for (int i = 0; i < 100; ++i)
        laughs += "(h\x01h\x01h\x01h\x01h\x01h\x01h\x01h\x01lq\x01";
    add("laughs", laughs + ".");
    std::string copies = "\x80\x02](";
    for (int i = 0; i < 10'000; ++i)
        copies += "NN\x86";
    copies += "eq\x01";
    for (int i = 0; i < 10'000; ++i)
        copies += "ccollections\nOrderedDict\nh\x01\x85R";
    add("copied pairs", copies + ".");
    std::string aliases = "\x80\x02}(" + text("t") + tensor(1 << 18, 0, {1 << 18}, {1}) + "q\x01";
    for (int i = 0; i < 2'000; ++i)
        aliases += text(std::to_string(i)) + "h\x01";
    add("one tensor under many names", aliases + "u.");
    std::string itself = "\x80\x02}q\x01(";
    for (const char* name : {"model_state", "model_state_dict", "state_dict", "model"})
        itself += text(name) + "h\x01";
    for (int i = 0; i < 300'000; ++i)
        itself += "NN";
    add("a dictionary that holds itself", itself + "u.");
}

void TestHostileFiles::refusesBombs()
{
    QFETCH(QByteArray, pickle);
    QVERIFY(!readPickle(pickle.toStdString()).has_value());
}

void TestHostileFiles::refusesTwoPickles()
{
    const std::string fine = dictionaryWith(tensor(4, 0, {4}, {1}));
    writeZip(path("two.pth"), {{"a/data.pkl", fine}, {"b/data.pkl", fine}, {"a/data/0", "0123456789abcdef"}});
    QVERIFY(!readTensorFile(path("two.pth")).has_value());
    writeZip(path("missing.pth"), {{"a/data.pkl", fine}});
    const auto missing = readTensorFile(path("missing.pth"));
    QVERIFY(!missing.has_value());
    QVERIFY(missing.error().detail.find("a/data/0") != std::string::npos);
    writeZip(path("none.pth"), {{"readme.txt", "text"}});
    QVERIFY(!readTensorFile(path("none.pth")).has_value());
}

void TestHostileFiles::refusesScriptClassesInWeights()
{
    const std::string module = "\x80\x02"
                               "c__torch__\nNet\n)\x81}(" +
                               text("w") + tensor(4, 0, {4}, {1}) + "ub.";
    QVERIFY(!readPickle(module).has_value());
    const std::string values(16, '\0');
    writeZip(path("script.pt"),
             {{"x/data.pkl", module}, {"x/data/0", values}, {"x/constants.pkl", "\x80\x02)."}});
    const auto read = readTensorFile(path("script.pt"));
    QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
    QCOMPARE(read->form, std::string("torchscript"));
    QCOMPARE(read->tensors.size(), std::size_t(1));
    // A module that contains itself.
    const std::string circle = "\x80\x02"
                               "c__torch__\nNet\n)\x81q\x01}(" +
                               text("self") + "h\x01ub.";
    writeZip(path("circle.pt"), {{"x/data.pkl", circle}, {"x/constants.pkl", "\x80\x02)."}});
    QVERIFY(!readTensorFile(path("circle.pt")).has_value());
}

void TestHostileFiles::refusesZipBomb()
{
    // 320 MiB of zeros pack to 0.3 MB; only what the file's length allows is unpacked.
    constexpr std::int64_t kCount = 80 << 20;
    const std::string storage(static_cast<std::size_t>(kCount) * 4, '\0');
    writeTorchFile(path("bomb.pth"), dictionaryWith(tensor(kCount, 0, {kCount}, {1})), storage, true);
    const auto read = readTensorFile(path("bomb.pth"));
    QVERIFY(!read.has_value());
    QCOMPARE(read.error().code, ErrorCode::TooLarge);
    // Packed weights of ordinary size are fine.
    writeTorchFile(path("packed.pth"), dictionaryWith(tensor(1 << 20, 0, {1 << 20}, {1})),
                   std::string(4 << 20, 'x'), true);
    QVERIFY(readTensorFile(path("packed.pth")).has_value());
}

void TestHostileFiles::refusesWrongChecksum()
{
    const std::string values = "0123456789abcdef";
    writeTorchFile(path("sum.pth"), dictionaryWith(tensor(4, 0, {4}, {1})), values);
    std::string bytes = readBytes(path("sum.pth"));
    bytes[bytes.find(values)] = 'X';
    writeBytes(path("sum.pth"), bytes);
    const auto read = readTensorFile(path("sum.pth"));
    QVERIFY(!read.has_value());
    QVERIFY2(read.error().detail.find("checksum") != std::string::npos, read.error().detail.c_str());
}

void TestHostileFiles::cleanupTestCase()
{
    struct rusage usage
    {
    };
    ::getrusage(RUSAGE_SELF, &usage);
    // The test itself holds the 320 MiB of the bomb.
    QVERIFY2(usage.ru_maxrss < 600L * 1024, std::to_string(usage.ru_maxrss).c_str());
}

QTEST_GUILESS_MAIN(TestHostileFiles)
#include "tst_hostile_files.moc"
