// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/object_id.h"

namespace fedefm {

const char* objectKindName(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::Weights:
        return "weights";
    case ObjectKind::Visitor:
        return "visitor";
    case ObjectKind::Control:
        return "control";
    case ObjectKind::Answers:
        return "answers";
    }
    return "";
}

std::string ObjectId::text() const
{
    std::string text = "r" + std::to_string(round) + ".p" + std::to_string(phase) + "." +
                       objectKindName(kind) + "." + std::to_string(from);
    if (owner != from)
        text += "." + std::to_string(owner);
    return text;
}

} // namespace fedefm
