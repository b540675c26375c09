// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>
#include <QTemporaryDir>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace fedefm::test {

/// Writes data sets byte by byte, independent of any library, right or wrong as the test wants.
class DicomBytes
{
public:
    explicit DicomBytes(bool explicitVr = true, bool bigEndian = false)
        : m_explicit(explicitVr), m_big(bigEndian)
    {
    }

    DicomBytes& text(std::uint32_t tag, const char* vr, const std::string& value)
    {
        std::string padded = value;
        if (padded.size() % 2 != 0)
            padded += std::strcmp(vr, "UI") == 0 ? '\0' : ' ';
        return raw(tag, vr, QByteArray(padded.data(), static_cast<qsizetype>(padded.size())));
    }
    DicomBytes& us(std::uint32_t tag, std::initializer_list<int> values, const char* vr = "US")
    {
        QByteArray bytes;
        for (const int value : values)
            put16(bytes, static_cast<std::uint16_t>(value));
        return raw(tag, vr, bytes);
    }
    DicomBytes& fd(std::uint32_t tag, std::initializer_list<double> values)
    {
        QByteArray bytes;
        for (const double value : values)
            bytes.append(reinterpret_cast<const char*>(&value), 8);
        return raw(tag, "FD", bytes);
    }
    DicomBytes& fl(std::uint32_t tag, std::initializer_list<float> values)
    {
        QByteArray bytes;
        for (const float value : values)
            bytes.append(reinterpret_cast<const char*>(&value), 4);
        return raw(tag, "FL", bytes);
    }
    DicomBytes& at(std::uint32_t tag, std::uint32_t value)
    {
        QByteArray bytes;
        put16(bytes, static_cast<std::uint16_t>(value >> 16));
        put16(bytes, static_cast<std::uint16_t>(value & 0xFFFF));
        return raw(tag, "AT", bytes);
    }
    DicomBytes& raw(std::uint32_t tag, const char* vr, const QByteArray& value)
    {
        return raw(tag, vr, value, static_cast<std::uint32_t>(value.size()));
    }
    /// With a length of its own, true or not.
    DicomBytes& raw(std::uint32_t tag, const char* vr, const QByteArray& value, std::uint32_t length)
    {
        head(tag, vr, length);
        m_bytes += value;
        return *this;
    }
    DicomBytes& sequence(std::uint32_t tag, const std::vector<DicomBytes>& items,
                         bool undefinedLength = false, const char* vr = "SQ")
    {
        QByteArray content;
        for (const DicomBytes& item : items) {
            putTag(content, 0xFFFEE000);
            put32(content, undefinedLength ? 0xFFFFFFFF : static_cast<std::uint32_t>(item.m_bytes.size()));
            content += item.m_bytes;
            if (undefinedLength) {
                putTag(content, 0xFFFEE00D);
                put32(content, 0);
            }
        }
        if (undefinedLength) {
            putTag(content, 0xFFFEE0DD);
            put32(content, 0);
        }
        return raw(tag, vr, content,
                   undefinedLength ? 0xFFFFFFFF : static_cast<std::uint32_t>(content.size()));
    }
    /// Encapsulated pixel data; the first entry is the offset table.
    DicomBytes& fragments(const std::vector<QByteArray>& items)
    {
        head(0x7FE00010, "OB", 0xFFFFFFFF);
        for (const QByteArray& item : items) {
            putTag(m_bytes, 0xFFFEE000);
            put32(m_bytes, static_cast<std::uint32_t>(item.size()));
            m_bytes += item;
        }
        putTag(m_bytes, 0xFFFEE0DD);
        put32(m_bytes, 0);
        return *this;
    }
    DicomBytes& append(const QByteArray& bytes)
    {
        m_bytes += bytes;
        return *this;
    }
    /// Image pixel module of a grey image.
    DicomBytes& image(int rows, int columns, int bitsAllocated, int bitsStored, int isSigned = 0,
                      const std::string& photometric = "MONOCHROME2", int samples = 1)
    {
        us(0x00280002, {samples}).text(0x00280004, "CS", photometric);
        return us(0x00280010, {rows})
            .us(0x00280011, {columns})
            .us(0x00280100, {bitsAllocated})
            .us(0x00280101, {bitsStored})
            .us(0x00280102, {bitsStored - 1})
            .us(0x00280103, {isSigned});
    }

    const QByteArray& bytes() const { return m_bytes; }

    /// Preamble and file meta information before the data set.
    QByteArray file(const std::string& syntax) const
    {
        DicomBytes meta;
        meta.raw(0x00020001, "OB", QByteArray("\0\1", 2));
        meta.text(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.12.1").text(0x00020003, "UI", "1.2.3.4");
        meta.text(0x00020010, "UI", syntax);
        DicomBytes length;
        QByteArray size;
        length.put32(size, static_cast<std::uint32_t>(meta.m_bytes.size()));
        length.raw(0x00020000, "UL", size);
        return QByteArray(128, '\0') + "DICM" + length.m_bytes + meta.m_bytes + m_bytes;
    }

    void put16(QByteArray& out, std::uint16_t value) const
    {
        const char low = static_cast<char>(value & 0xFF);
        const char high = static_cast<char>(value >> 8);
        out.append(m_big ? high : low).append(m_big ? low : high);
    }
    void put32(QByteArray& out, std::uint32_t value) const
    {
        put16(out, static_cast<std::uint16_t>(m_big ? value >> 16 : value & 0xFFFF));
        put16(out, static_cast<std::uint16_t>(m_big ? value & 0xFFFF : value >> 16));
    }

private:
    void putTag(QByteArray& out, std::uint32_t tag) const
    {
        put16(out, static_cast<std::uint16_t>(tag >> 16));
        put16(out, static_cast<std::uint16_t>(tag & 0xFFFF));
    }
    void head(std::uint32_t tag, const char* vr, std::uint32_t length)
    {
        putTag(m_bytes, tag);
        if (!m_explicit) {
            put32(m_bytes, length);
            return;
        }
        m_bytes.append(vr, 2);
        static const QByteArrayList kLong{"OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UN", "UT", "UC", "UR"};
        if (!kLong.contains(vr)) {
            put16(m_bytes, static_cast<std::uint16_t>(length));
            return;
        }
        m_bytes.append(2, '\0');
        put32(m_bytes, length);
    }

    bool m_explicit;
    bool m_big;
    QByteArray m_bytes;
};

inline constexpr const char* kImplicitLittle = "1.2.840.10008.1.2";
inline constexpr const char* kExplicitLittle = "1.2.840.10008.1.2.1";
inline constexpr const char* kDeflated = "1.2.840.10008.1.2.1.99";
inline constexpr const char* kExplicitBig = "1.2.840.10008.1.2.2";

/// Files of one test; removed with it.
class ScratchFiles
{
public:
    std::filesystem::path write(const QByteArray& bytes)
    {
        const QString name = m_folder.filePath(QString::number(++m_count) + QStringLiteral(".dcm"));
        QFile file(name);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write a scratch file");
        return name.toStdString();
    }

private:
    QTemporaryDir m_folder;
    int m_count = 0;
};

} // namespace fedefm::test
