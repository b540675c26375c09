// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/unpickler_private.h"

#include <algorithm>

namespace fedefm {

namespace {

constexpr std::size_t kMaxOperations = 2'000'000; // some 200 bytes of memory each at most

std::string hexByte(std::uint8_t byte)
{
    constexpr char kDigits[] = "0123456789abcdef";
    return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

} // namespace

const PickleValue* PickleValue::find(std::string_view name) const
{
    if (kind != Kind::Dictionary && kind != Kind::Object)
        return nullptr;
    for (std::size_t i = items.size(); i >= 2; i -= 2)
        if (items[i - 2]->is(Kind::Text) && items[i - 2]->text == name)
            return items[i - 1];
    return nullptr;
}

Unpickler::Unpickler(std::string_view bytes, std::size_t position, PickleHeap& heap, bool isScript)
    : m_bytes(bytes), m_position(position), m_heap(heap), m_isScript(isScript)
{
}

PickleValue* Unpickler::run()
{
    while (m_problem.empty()) {
        m_operationStart = m_position;
        if (++m_heap.operations > kMaxOperations) {
            m_isTooLarge = true;
            refuse("more than " + std::to_string(kMaxOperations) + " operations");
            break;
        }
        std::uint64_t code = 0;
        if (!readNumber(1, code))
            break;
        const auto operation = static_cast<std::uint8_t>(code);
        if (operation == '.') {
            PickleValue* result = pop();
            return m_problem.empty() ? result : nullptr;
        }
        if (!constant(operation) && !number(operation) && !text(operation) && !container(operation) &&
            !memo(operation) && !call(operation))
            refuse("the operation " + hexByte(operation));
    }
    return nullptr;
}

void Unpickler::refuse(std::string what)
{
    if (m_problem.empty())
        m_problem = std::move(what);
}

bool Unpickler::readNumber(std::size_t width, std::uint64_t& value)
{
    value = 0;
    if (width > m_bytes.size() - m_position) {
        refuse("truncated");
        return false;
    }
    for (std::size_t i = 0; i < width; ++i)
        value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(m_bytes[m_position + i])) << (8 * i);
    m_position += width;
    return true;
}

std::string_view Unpickler::readBytes(std::uint64_t count)
{
    if (count > m_bytes.size() - m_position) {
        refuse("truncated");
        return {};
    }
    const std::string_view part = m_bytes.substr(m_position, static_cast<std::size_t>(count));
    m_position += part.size();
    return part;
}

std::string_view Unpickler::readCounted(std::size_t width)
{
    std::uint64_t count = 0;
    return readNumber(width, count) ? readBytes(count) : std::string_view{};
}

std::string_view Unpickler::readLine()
{
    const std::size_t end = m_bytes.find('\n', m_position);
    if (end == std::string_view::npos) {
        refuse("truncated");
        return {};
    }
    const std::string_view line = m_bytes.substr(m_position, end - m_position);
    m_position = end + 1;
    return line;
}

PickleValue* Unpickler::push(PickleValue::Kind kind)
{
    m_heap.values.emplace_back();
    PickleValue* value = &m_heap.values.back();
    value->kind = kind;
    m_stack.push_back(value);
    return value;
}

bool Unpickler::has(std::size_t count)
{
    const std::size_t floor = m_marks.empty() ? 0 : m_marks.back();
    if (m_stack.size() - floor >= count)
        return true;
    refuse("too few values");
    return false;
}

PickleValue* Unpickler::pop()
{
    if (!has(1))
        return nullptr;
    PickleValue* value = m_stack.back();
    m_stack.pop_back();
    return value;
}

std::vector<PickleValue*> Unpickler::popToMark()
{
    if (m_marks.empty()) {
        refuse("no mark");
        return {};
    }
    const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<PickleValue*> values(begin, m_stack.end());
    m_stack.erase(begin, m_stack.end());
    m_marks.pop_back();
    return values;
}

bool Unpickler::memo(std::uint8_t operation)
{
    std::uint64_t index = 0;
    switch (operation) {
    case 'p':
    case 'g':
        index = static_cast<std::uint64_t>(parseInteger(readLine()));
        break;
    case 'q':
    case 'h':
        readNumber(1, index);
        break;
    case 'r':
    case 'j':
        readNumber(4, index);
        break;
    case 0x94:
        index = m_memo.size();
        break;
    default:
        return false;
    }
    if (operation == 'g' || operation == 'h' || operation == 'j') {
        const auto found = m_memo.find(index);
        if (found == m_memo.end())
            refuse("an unknown memo");
        else
            m_stack.push_back(found->second);
    } else if (m_problem.empty() && has(1)) {
        m_memo[index] = m_stack.back();
    }
    return true;
}

bool Unpickler::call(std::uint8_t operation)
{
    PickleValue* first = nullptr;
    switch (operation) {
    case 'Q':
        if ((first = pop()))
            pushResult(namedStorage(*first, m_heap, m_problem));
        return true;
    case 'c': {
        const std::string_view module = readLine();
        pushGlobal(module, readLine());
        return true;
    }
    case 0x93: {
        PickleValue* name = pop();
        first = pop();
        if (first && name && first->is(PickleValue::Kind::Text) && name->is(PickleValue::Kind::Text))
            pushGlobal(first->text, name->text);
        else
            refuse("a global without name");
        return true;
    }
    case 'R':
    case 0x81: {
        PickleValue* arguments = pop();
        first = pop();
        if (first && arguments)
            pushResult(applyGlobal(*first, *arguments, m_heap, m_problem));
        return true;
    }
    case 'i': {
        const std::string_view module = readLine();
        std::vector<PickleValue*> arguments;
        const std::string_view name = readLine();
        arguments = popToMark();
        pushGlobal(module, name);
        applyTo(pop(), std::move(arguments));
        return true;
    }
    case 'o': {
        std::vector<PickleValue*> arguments = popToMark();
        if (arguments.empty()) {
            refuse("too few values");
            return true;
        }
        first = arguments.front();
        arguments.erase(arguments.begin());
        applyTo(first, std::move(arguments));
        return true;
    }
    case 0x92: {
        pop(); // named arguments: those that mean anything here have none
        PickleValue* arguments = pop();
        first = pop();
        if (first && arguments)
            pushResult(applyGlobal(*first, *arguments, m_heap, m_problem));
        return true;
    }
    case 'b': {
        PickleValue* state = pop();
        if (state && has(1))
            build(*m_stack.back(), *state);
        return true;
    }
    default:
        return false;
    }
}

void Unpickler::applyTo(PickleValue* callable, std::vector<PickleValue*> arguments)
{
    if (!callable || !m_problem.empty())
        return;
    PickleValue packed;
    packed.kind = PickleValue::Kind::Sequence;
    packed.items = std::move(arguments);
    pushResult(applyGlobal(*callable, packed, m_heap, m_problem));
}

void Unpickler::pushResult(PickleValue* value)
{
    if (value)
        m_stack.push_back(value);
    else
        refuse("a malformed call");
}

void Unpickler::pushGlobal(std::string_view module, std::string_view name)
{
    if (!m_problem.empty())
        return;
    const std::string full = std::string(module.substr(0, 100)) + "." + std::string(name.substr(0, 100));
    const auto info = findGlobal(module, name, m_isScript);
    if (!info) {
        refuse("the global \"" + full + "\"");
        return;
    }
    PickleValue* value = push(PickleValue::Kind::Global);
    value->global = *info;
    value->text = m_heap.texts.emplace_back(full);
}

void Unpickler::build(PickleValue& object, const PickleValue& state)
{
    using Kind = PickleValue::Kind;
    if (object.is(Kind::Object)) {
        const PickleValue* attributes = &state;
        if (state.is(Kind::Sequence) && !state.items.empty()) // (attributes, slots)
            attributes = state.items[0];
        if (attributes->is(Kind::Dictionary)) {
            m_heap.operations += attributes->items.size(); // the same state may be given often
            object.items.insert(object.items.end(), attributes->items.begin(), attributes->items.end());
        }
        return;
    }
    // Attributes of containers, tensors and inert values are not read: `_metadata` of a state dictionary.
    if (!object.is(Kind::Dictionary) && !object.is(Kind::Tensor) && !object.is(Kind::Inert))
        refuse("the state of something without attributes");
}

Result<const PickleValue*> unpickle(std::string_view bytes, std::size_t& position, PickleHeap& heap,
                                    bool isScript, const std::string& subject)
{
    if (position > bytes.size())
        return fail(ErrorCode::ModelBroken, subject, "truncated");
    Unpickler reader(bytes, position, heap, isScript);
    const PickleValue* value = reader.run();
    position = reader.position();
    if (!value)
        return fail(reader.isTooLarge() ? ErrorCode::TooLarge : ErrorCode::ModelBroken, subject,
                    "the pickle is refused at byte " + std::to_string(reader.operationStart()) + ": " +
                        reader.problem());
    return value;
}

} // namespace fedefm
