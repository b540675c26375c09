// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint/pickle_private.h"

#include <unordered_map>

namespace fedefm {

/// The stack machine of Python's pickletools, protocols 0 to 5, without extension registry, out-of-band
/// buffers and persistent ids as text, which torch.save does not use. Nothing recurses.
class Unpickler
{
public:
    Unpickler(std::string_view bytes, std::size_t position, PickleHeap& heap, bool isScript);

    /// The value at STOP, or nullptr: then problem() says why.
    PickleValue* run();
    std::size_t position() const { return m_position; }
    std::size_t operationStart() const { return m_operationStart; }
    const std::string& problem() const { return m_problem; }
    bool isTooLarge() const { return m_isTooLarge; }

private:
    // Each handles a group of operations and says whether this one belongs to it.
    bool constant(std::uint8_t operation);
    bool number(std::uint8_t operation);
    bool text(std::uint8_t operation);
    bool container(std::uint8_t operation);
    bool memo(std::uint8_t operation);
    bool call(std::uint8_t operation);

    void refuse(std::string what);
    bool readNumber(std::size_t width, std::uint64_t& value);
    std::string_view readBytes(std::uint64_t count);
    std::string_view readCounted(std::size_t width);
    std::string_view readLine();

    PickleValue* push(PickleValue::Kind kind);
    void pushInteger(std::int64_t value) { push(PickleValue::Kind::Integer)->number = value; }
    void pushLong(std::string_view littleEndian);
    void pushIntegerText(std::string_view digits);
    void pushText(std::string_view value) { push(PickleValue::Kind::Text)->text = value; }
    void pushResult(PickleValue* value);
    void pushGlobal(std::string_view module, std::string_view name);
    void pushSequence(std::size_t count);
    void applyTo(PickleValue* callable, std::vector<PickleValue*> arguments);
    void build(PickleValue& object, const PickleValue& state);
    void append(const std::vector<PickleValue*>& values, PickleValue::Kind kind);

    bool has(std::size_t count);
    PickleValue* pop();
    std::vector<PickleValue*> popToMark();
    std::int64_t parseInteger(std::string_view digits);

    std::string_view m_bytes;
    std::size_t m_position;
    std::size_t m_operationStart = 0;
    PickleHeap& m_heap;
    bool m_isScript;
    std::vector<PickleValue*> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint64_t, PickleValue*> m_memo;
    std::string m_problem;
    bool m_isTooLarge = false;
};

} // namespace fedefm
