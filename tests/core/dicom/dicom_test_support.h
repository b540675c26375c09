// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dicom/dicom_writer.h"
#include "core/image/sequence.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <filesystem>
#include <string>
#include <vector>

namespace fedefm::test {

/// Frames in memory: value (7x + 3y + 11i) modulo the range.
class PatternSequence final : public Sequence
{
public:
    PatternSequence(int width, int height, int frames, PixelType type = PixelType::U8, int bits = 8)
    {
        m_info.kind = "generated";
        m_info.width = width;
        m_info.height = height;
        m_info.frameCount = frames;
        m_info.bitsAllocated = type == PixelType::U8 ? 8 : 16;
        m_info.bitsStored = bits;
        m_info.pixelType = type;
        m_info.photometric = "MONOCHROME2";
    }

    const SequenceInfo& info() const override { return m_info; }

    static int value(int x, int y, int i, int bits) { return (7 * x + 3 * y + 11 * i) % (1 << bits); }

    Result<FramePtr> read(int index) const override
    {
        std::vector<std::uint8_t> bytes;
        for (int y = 0; y < m_info.height; ++y) {
            for (int x = 0; x < m_info.width; ++x) {
                const int v = value(x, y, index, m_info.bitsStored);
                bytes.push_back(static_cast<std::uint8_t>(v));
                if (m_info.pixelType != PixelType::U8)
                    bytes.push_back(static_cast<std::uint8_t>(v >> 8));
            }
        }
        return std::make_shared<Frame>(m_info.width, m_info.height, 1, m_info.pixelType, std::move(bytes));
    }

private:
    SequenceInfo m_info;
};

inline std::filesystem::path in(const QTemporaryDir& folder, const char* name)
{
    return std::filesystem::path(folder.path().toStdString()) / name;
}

/// Output of a program; `ok` only when it ran and returned 0.
struct Outcome
{
    bool ok = false;
    QByteArray out;
    QByteArray err;
};

inline Outcome runProgram(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted() || !process.waitForFinished(20000))
        return {};
    return {process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

inline Outcome runPython(const char* script, const QStringList& arguments)
{
    return runProgram(QStringLiteral("/usr/bin/python3"),
                      QStringList{QStringLiteral("-c"), script} + arguments);
}

inline bool hasPydicom()
{
    return runPython("import pydicom, numpy", {}).ok;
}

inline QByteArray fileBytes(const std::filesystem::path& file)
{
    QFile stream(QString::fromStdString(file.string()));
    return stream.open(QIODevice::ReadOnly) ? stream.readAll() : QByteArray();
}

} // namespace fedefm::test
