// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/uid.h"

#include <algorithm>

namespace fedefm {

namespace {

std::string decimal(std::uint64_t high, std::uint64_t low)
{
    __extension__ using U128 = unsigned __int128;
    U128 value = (static_cast<U128>(high) << 64) | low;
    std::string digits;
    do {
        digits += static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::string uidFrom(std::uint64_t high, std::uint64_t low)
{
    // Version 4, variant 1 of RFC 4122, as PS3.5 B.2 asks for.
    high = (high & ~0xF000ULL) | 0x4000ULL;
    low = (low & ~(3ULL << 62)) | (2ULL << 62);
    return "2.25." + decimal(high, low);
}

std::uint64_t fnv1a(const std::string& text, std::uint64_t state)
{
    for (const unsigned char c : text)
        state = (state ^ c) * 1099511628211ULL;
    return state;
}

} // namespace

UidGenerator::UidGenerator()
{
    std::random_device entropy;
    std::seed_seq seed{entropy(), entropy(), entropy(), entropy(), entropy(), entropy()};
    m_random.seed(seed);
}

UidGenerator::UidGenerator(std::uint64_t seed) : m_random(seed) {}

std::string UidGenerator::next()
{
    const std::uint64_t high = m_random();
    return uidFrom(high, m_random());
}

std::string uidFromText(const std::string& text)
{
    std::mt19937_64 mixHigh(fnv1a(text, 14695981039346656037ULL));
    std::mt19937_64 mixLow(fnv1a(text, 1099511628211ULL));
    return uidFrom(mixHigh(), mixLow());
}

} // namespace fedefm
