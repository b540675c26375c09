// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

namespace fedefm::dicom {

/// Text of any Specific Character Set (0008,0005) to valid UTF-8. Never fails: what cannot be converted is
/// taken as UTF-8 if it is that, else as Latin 1.
class TextDecoder
{
public:
    /// `characterSets` as stored, values joined by "\".
    explicit TextDecoder(const std::string& characterSets);
    ~TextDecoder();
    TextDecoder(const TextDecoder&) = delete;
    TextDecoder& operator=(const TextDecoder&) = delete;

    /// Values joined by "\"; control characters become spaces, the ends are trimmed.
    std::string toUtf8(const std::string& stored) const;

    /// The term that cannot be converted, as stored but printable; empty when all can.
    const std::string& unsupportedTerm() const { return m_unsupported; }

private:
    class Converter;
    std::unique_ptr<Converter> m_converter; ///< null where there is nothing to convert
    std::string m_unsupported;
};

/// "Doe^John^^Dr" to "Doe, John"; of several representations the first that is not empty.
std::string shownName(const std::string& personName);

/// "20260131" (or "2026.01.31") to "2026-01-31"; anything else unchanged.
std::string isoDate(const std::string& stored);
/// "120000.123" to "12:00:00"; anything else unchanged.
std::string isoTime(const std::string& stored);

} // namespace fedefm::dicom
