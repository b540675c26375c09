// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/local_exchange.h"
#include "core/federate/privacy/audit_log.h"
#include "core/federate/session.h"
#include "core/federate/torch/round_record_private.h"

#include <functional>
#include <optional>

namespace fedefm {

/// Writes into a silo's log that these tensors leave it for each of the receivers. Errors: those of the log.
Status logRelease(AuditLog& audit, int round, const std::string& object, AuditKind kind,
                  const TensorFile& tensors, const std::vector<std::string>& receivers);

/// How a silo reaches the others in one phase: the exchange with the silo's audit log, the record of edges
/// and, in tests, faults.
class SiloPort
{
public:
    struct Settings
    {
        Exchange* exchange = nullptr;
        RoundRecord* record = nullptr;
        AuditLog* audit = nullptr;
        const std::vector<std::string>* names = nullptr;
        int phase = 0;
        double deadlineMs = 0.0; ///< to wait for each object
        /// Whether the silo's own time is over: what it has comes too late then.
        std::function<bool()> isLate;
        /// Puts an object past all checks, as a broken sender would; for tests.
        std::function<Status(const ObjectId&, const TensorFile&)> putUnchecked;
        Fault sending = Fault::None;
        Fault receiving = Fault::None;
        Fault training = Fault::None;
    };
    explicit SiloPort(Settings settings) : m_settings(std::move(settings)) {}

    int silo() const { return m_settings.exchange->silo(); }
    /// An object of this round; nothing when it did not come or is broken, which the record then says: its
    /// edge counts for nothing in this round.
    std::optional<TensorFile> receive(ObjectKind kind, int phase, int from, int owner);
    std::optional<TensorFile> receive(ObjectKind kind, int phase, int from)
    {
        return receive(kind, phase, from, from);
    }
    /// To the silos that will read it; each is a line of the audit log. With nobody to read it nothing
    /// leaves. Errors: ModelBroken when a value is not finite; OutOfRange when it is late; those of exchange
    /// and log.
    Status publish(ObjectKind kind, int owner, const TensorFile& tensors, const std::vector<int>& receivers);

private:
    Status log(const ObjectId& id, const TensorFile& tensors, const std::vector<int>& receivers);

    Settings m_settings;
};

} // namespace fedefm
