// SPDX-License-Identifier: GPL-3.0-or-later
// Operations that make plain values and containers.
#include "core/model/checkpoint/unpickler_private.h"

#include <charconv>

namespace fedefm {

using Kind = PickleValue::Kind;

bool Unpickler::constant(std::uint8_t operation)
{
    switch (operation) {
    case 'N':
        push(Kind::None);
        return true;
    case 0x88:
    case 0x89:
        pushInteger(operation == 0x88 ? 1 : 0);
        return true;
    case ')':
    case ']':
        push(Kind::Sequence);
        return true;
    case '}':
        push(Kind::Dictionary);
        return true;
    case 0x8f:
        push(Kind::Inert);
        return true;
    case '(':
        m_marks.push_back(m_stack.size());
        return true;
    case '0': // POP of nothing since the last mark takes the mark
        if (!m_marks.empty() && m_marks.back() == m_stack.size())
            m_marks.pop_back();
        else
            pop();
        return true;
    case '1':
        popToMark();
        return true;
    case '2':
        if (has(1))
            m_stack.push_back(m_stack.back());
        return true;
    case 0x80: // PROTO, FRAME: nothing depends on them
        readBytes(1);
        return true;
    case 0x95:
        readBytes(8);
        return true;
    default:
        return false;
    }
}

std::int64_t Unpickler::parseInteger(std::string_view digits)
{
    std::int64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec != std::errc() || result.ptr != digits.data() + digits.size())
        refuse("a malformed number");
    return value;
}

void Unpickler::pushIntegerText(std::string_view digits)
{
    constexpr std::size_t kAlwaysFits = 18;
    if (!digits.empty() && digits.back() == 'L')
        digits.remove_suffix(1);
    if (digits.size() > kAlwaysFits)
        push(Kind::Inert)->text = digits;
    else
        pushInteger(parseInteger(digits));
}

void Unpickler::pushLong(std::string_view littleEndian)
{
    if (littleEndian.size() > 8) {
        push(Kind::Inert)->text = littleEndian;
        return;
    }
    // Two's complement of any length: the last byte's sign fills up.
    const bool isNegative =
        !littleEndian.empty() && (static_cast<std::uint8_t>(littleEndian.back()) & 0x80) != 0;
    std::uint64_t value = isNegative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = littleEndian.size(); i > 0; --i)
        value = value << 8 | static_cast<std::uint8_t>(littleEndian[i - 1]);
    pushInteger(static_cast<std::int64_t>(value));
}

bool Unpickler::number(std::uint8_t operation)
{
    std::uint64_t value = 0;
    switch (operation) {
    case 'I':
    case 'L':
        pushIntegerText(readLine());
        return true;
    case 'J':
        readNumber(4, value);
        pushInteger(static_cast<std::int32_t>(static_cast<std::uint32_t>(value)));
        return true;
    case 'K':
    case 'M':
        readNumber(operation == 'K' ? 1 : 2, value);
        pushInteger(static_cast<std::int64_t>(value));
        return true;
    case 0x8a:
        pushLong(readCounted(1));
        return true;
    case 0x8b:
        pushLong(readCounted(4));
        return true;
    case 'F': // fractions are never read
        readLine();
        push(Kind::Inert);
        return true;
    case 'G':
        readBytes(8);
        push(Kind::Inert);
        return true;
    default:
        return false;
    }
}

bool Unpickler::text(std::uint8_t operation)
{
    switch (operation) {
    case 'S': { // a literal in quotes
        std::string_view line = readLine();
        if (line.size() < 2 || line.front() != line.back() || (line.front() != '\'' && line.front() != '"')) {
            refuse("a malformed text");
            return true;
        }
        pushText(line.substr(1, line.size() - 2));
        return true;
    }
    case 'V':
        pushText(readLine());
        return true;
    case 'U':
    case 'C':
    case 0x8c:
        pushText(readCounted(1));
        return true;
    case 'T':
    case 'X':
    case 'B':
        pushText(readCounted(4));
        return true;
    case 0x8d:
    case 0x8e:
    case 0x96:
        pushText(readCounted(8));
        return true;
    default:
        return false;
    }
}

void Unpickler::pushSequence(std::size_t count)
{
    if (!has(count))
        return;
    std::vector<PickleValue*> items(m_stack.end() - static_cast<std::ptrdiff_t>(count), m_stack.end());
    m_stack.resize(m_stack.size() - count);
    push(Kind::Sequence)->items = std::move(items);
}

void Unpickler::append(const std::vector<PickleValue*>& values, Kind kind)
{
    if (!m_problem.empty() || !has(1))
        return;
    PickleValue& target = *m_stack.back();
    if (target.is(Kind::Inert)) // set, defaultdict, deque: nobody reads them
        return;
    if (!target.is(kind) || (kind == Kind::Dictionary && values.size() % 2 != 0))
        refuse("items for something else");
    else
        target.items.insert(target.items.end(), values.begin(), values.end());
}

bool Unpickler::container(std::uint8_t operation)
{
    switch (operation) {
    case 't':
    case 'l':
    case 'd': {
        std::vector<PickleValue*> items = popToMark();
        push(operation == 'd' ? Kind::Dictionary : Kind::Sequence);
        append(items, operation == 'd' ? Kind::Dictionary : Kind::Sequence);
        return true;
    }
    case 0x91:
        popToMark();
        push(Kind::Inert);
        return true;
    case 0x85:
    case 0x86:
    case 0x87:
        pushSequence(operation - 0x84U);
        return true;
    case 'a':
        if (PickleValue* value = pop())
            append({value}, Kind::Sequence);
        return true;
    case 'e':
        append(popToMark(), Kind::Sequence);
        return true;
    case 0x90:
        append(popToMark(), Kind::Sequence);
        return true;
    case 's': {
        PickleValue* value = pop();
        PickleValue* name = pop();
        if (name && value)
            append({name, value}, Kind::Dictionary);
        return true;
    }
    case 'u':
        append(popToMark(), Kind::Dictionary);
        return true;
    default:
        return false;
    }
}

} // namespace fedefm
