// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <memory>
#include <string>

namespace fedefm {

/// SHA-256 (FIPS 180-4) of bytes that come in parts.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(const void* bytes, std::size_t size);
    /// 64 lower-case hexadecimal digits, and back to the beginning. Errors: Internal when the library fails.
    Result<std::string> finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

Result<std::string> sha256Hex(const void* bytes, std::size_t size);

} // namespace fedefm
