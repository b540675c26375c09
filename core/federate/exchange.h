// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/federate/tensor_schema.h"

#include <functional>
#include <string>
#include <vector>

namespace fedefm {

/// A word to one silo or to all: "start", "pause", "resume", "stop", "admit", "drop", or a notice.
struct ControlMessage
{
    int from = -1; ///< -1: the coordinator
    int to = -1;   ///< -1: all
    std::string word;
    int silo = -1; ///< whom "admit" and "drop" are about
};

struct SessionMember
{
    int silo = 0;
    bool isOnline = true;
};

/// A silo's door to the others: what it publishes, those that may read it can fetch. Implementations accept
/// only objects of the session's schemas. May be used from several threads.
class Exchange
{
public:
    virtual ~Exchange();

    virtual int silo() const = 0;
    /// The tensors are copied or sent before this returns. Publishing an id again replaces the object.
    /// Errors: ReferenceMismatch (not of the schema, or the id names another sender); DiskFull, WriteFailed.
    virtual Status publish(const ObjectId& id, const TensorFile& tensors) = 0;
    /// Waits for an object at most `deadlineMs`; 0: only what is already there. The schema is checked again,
    /// a sender may be broken. Errors: FileNotFound when it did not come in time; ReferenceMismatch,
    /// ModelBroken (not finite).
    virtual Result<TensorFile> fetch(const ObjectId& id, double deadlineMs,
                                     const Progress& progress = {}) = 0;

    virtual Status post(const ControlMessage& message) = 0;
    virtual void onControl(std::function<void(const ControlMessage&)> handler) = 0;
    virtual std::vector<SessionMember> members() const = 0;
    /// Objects of earlier rounds, and of this round's earlier phases, are no longer needed.
    virtual void discardBefore(int round, int phase) = 0;
};

} // namespace fedefm
