// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/natural_order.h"

namespace fedefm {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Length of the run of digits at `position`.
std::size_t digitsAt(const std::string& text, std::size_t position)
{
    std::size_t end = position;
    while (end < text.size() && isDigit(text[end]))
        ++end;
    return end - position;
}

} // namespace

bool isNaturallyBefore(const std::string& a, const std::string& b)
{
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (!isDigit(a[i]) || !isDigit(b[j])) {
            if (a[i] != b[j])
                return a[i] < b[j];
            ++i;
            ++j;
            continue;
        }
        while (i + 1 < a.size() && a[i] == '0' && isDigit(a[i + 1]))
            ++i;
        while (j + 1 < b.size() && b[j] == '0' && isDigit(b[j + 1]))
            ++j;
        const std::size_t lengthA = digitsAt(a, i);
        const std::size_t lengthB = digitsAt(b, j);
        if (lengthA != lengthB)
            return lengthA < lengthB;
        if (const int order = a.compare(i, lengthA, b, j, lengthB); order != 0)
            return order < 0;
        i += lengthA;
        j += lengthB;
    }
    if (a.size() - i != b.size() - j)
        return a.size() - i < b.size() - j;
    return a < b; // "01" and "1": any fixed order
}

} // namespace fedefm
