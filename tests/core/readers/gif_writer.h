// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fedefm::test {

/// A GIF of 256 greys; a value is its index, so that 1 is nearly black and what is 0 is black.
inline std::string gifBytes(int width, int height, const std::function<int(int, int)>& value)
{
    std::string out = "GIF89a";
    const auto word = [&out](int number) {
        out += static_cast<char>(number & 0xFF);
        out += static_cast<char>(number >> 8);
    };
    word(width);
    word(height);
    out += static_cast<char>(0xF7);
    out += std::string(2, '\0');
    for (int i = 0; i < 256; ++i)
        out += std::string(3, static_cast<char>(i));
    out += "\x21\xFE\x05hello";
    out += '\0';
    out += ',';
    word(0);
    word(0);
    word(width);
    word(height);
    out += '\0';
    out += '\x08';

    std::vector<bool> bits;
    const auto emit = [&bits](int code, int length) {
        for (int i = 0; i < length; ++i)
            bits.push_back((code >> i & 1) != 0);
    };
    constexpr int kClear = 256;
    std::map<std::pair<int, int>, int> table;
    int next = kClear + 2;
    int length = 9;
    emit(kClear, length);
    int prefix = value(0, 0);
    for (int i = 1; i < width * height; ++i) {
        const int pixel = value(i % width, i / width);
        const auto known = table.find({prefix, pixel});
        if (known != table.end()) {
            prefix = known->second;
            continue;
        }
        emit(prefix, length);
        if (next < 4096) {
            table[{prefix, pixel}] = next++;
            if (next > 1 << length && length < 12)
                ++length;
        } else {
            emit(kClear, length);
            table.clear();
            next = kClear + 2;
            length = 9;
        }
        prefix = pixel;
    }
    emit(prefix, length);
    emit(kClear + 1, length);
    std::string packed((bits.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (bits[i])
            packed[i / 8] = static_cast<char>(packed[i / 8] | 1 << (i % 8));
    for (std::size_t at = 0; at < packed.size(); at += 255) {
        const std::string block = packed.substr(at, 255);
        out += static_cast<char>(block.size());
        out += block;
    }
    return out + '\0' + ';';
}

} // namespace fedefm::test
