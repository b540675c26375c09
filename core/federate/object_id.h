// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <tuple>

namespace fedefm {

/// What may leave a silo. Each kind has one schema per session; nothing else passes.
enum class ObjectKind {
    Weights, ///< a model's shared tensors
    Visitor, ///< the weights of `owner`, trained at `from`, on their way home
    Control, ///< a strategy's tensors of the same names and shapes (control variates)
    Answers, ///< logits on the public pictures, which everybody has
};
const char* objectKindName(ObjectKind kind);

/// Names an object within a session. `owner` is whose model it is; it differs from `from` for visitors only.
struct ObjectId
{
    int round = 0;
    int phase = 0;
    ObjectKind kind = ObjectKind::Weights;
    int from = 0;
    int owner = 0;

    std::string text() const; ///< "r12.p0.weights.3", "r12.p1.visitor.2.5" (at 2, of 5)
    bool operator<(const ObjectId& other) const
    {
        return std::tie(round, phase, kind, from, owner) <
               std::tie(other.round, other.phase, other.kind, other.from, other.owner);
    }
    bool operator==(const ObjectId& other) const { return !(*this < other) && !(other < *this); }
};

} // namespace fedefm
