// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/privacy/sha256.h"

#include <openssl/evp.h>

namespace fedefm {

struct Sha256::State
{
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    bool isGood = context && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(const void* bytes, std::size_t size)
{
    m_state->isGood = m_state->isGood && EVP_DigestUpdate(m_state->context, bytes, size) == 1;
}

Result<std::string> Sha256::finish()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    const bool isGood = m_state->isGood && EVP_DigestFinal_ex(m_state->context, digest, &length) == 1;
    m_state = std::make_unique<State>();
    if (!isGood)
        return fail(ErrorCode::Internal, "SHA-256");
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += kDigits[digest[i] >> 4];
        text += kDigits[digest[i] & 15];
    }
    return text;
}

Result<std::string> sha256Hex(const void* bytes, std::size_t size)
{
    Sha256 hash;
    hash.add(bytes, size);
    return hash.finish();
}

} // namespace fedefm
