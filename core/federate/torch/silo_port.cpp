// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/silo_port_private.h"

#include "core/federate/privacy/sha256.h"

#include <limits>

namespace fedefm {

namespace {

/// What a broken sender might send: a tensor is missing, or the first one holds a NaN.
TensorFile damaged(const TensorFile& tensors, bool hasNan)
{
    TensorFile result = tensors;
    if (!hasNan) {
        result.tensors.erase(result.tensors.begin());
        return result;
    }
    StoredTensor& first = result.tensors.begin()->second;
    std::vector<float> values(first.elementCount(), std::numeric_limits<float>::quiet_NaN());
    first = StoredTensor::copyOf(DType::F32, first.shape, values.data());
    return result;
}

AuditKind auditKindOf(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::Weights:
        return AuditKind::Weights;
    case ObjectKind::Visitor:
        return AuditKind::Visitor;
    case ObjectKind::Answers:
        return AuditKind::Metrics;
    case ObjectKind::Control:
        break;
    }
    return AuditKind::Control;
}

Result<std::string> hashOf(const TensorFile& tensors)
{
    Sha256 hash;
    for (const auto& [name, tensor] : tensors.tensors)
        hash.add(tensor.data, tensor.byteCount());
    return hash.finish();
}

} // namespace

Status logRelease(AuditLog& audit, int round, const std::string& object, AuditKind kind,
                  const TensorFile& tensors, const std::vector<std::string>& receivers)
{
    const auto hash = hashOf(tensors);
    if (!hash)
        return tl::unexpected(hash.error());
    for (const std::string& receiver : receivers) {
        AuditEntry entry;
        entry.round = static_cast<std::uint64_t>(round);
        entry.object = object;
        entry.kind = kind;
        entry.bytes = byteCountOf(tensors);
        entry.sha256 = *hash;
        entry.receiver = receiver;
        if (auto appended = audit.append(entry); !appended)
            return appended;
    }
    return {};
}

std::optional<TensorFile> SiloPort::receive(ObjectKind kind, int phase, int from, int owner)
{
    const ObjectId id{m_settings.record->round, phase, kind, from, owner};
    EdgeRecord edge{m_settings.phase, from, silo(), kind, 0, {}};
    Result<TensorFile> tensors =
        m_settings.receiving == Fault::Freeze
            ? fail(ErrorCode::FileNotFound, id.text(), "it did not come before the deadline")
            : m_settings.exchange->fetch(id, m_settings.deadlineMs);
    if (tensors && m_settings.receiving == Fault::Garbage)
        tensors = fail(ErrorCode::ModelBroken, id.text(), "what came is broken");
    if (tensors)
        edge.bytes = byteCountOf(*tensors);
    else {
        edge.lost = tensors.error().detail;
        m_settings.record->note("warning", "edge " + std::to_string(from) + " > " + std::to_string(silo()) +
                                               " lost in round " + std::to_string(id.round) + ": " +
                                               edge.lost);
    }
    m_settings.record->edges.push_back(std::move(edge));
    return tensors ? std::optional<TensorFile>(std::move(*tensors)) : std::nullopt;
}

Status SiloPort::log(const ObjectId& id, const TensorFile& tensors, const std::vector<int>& receivers)
{
    std::vector<std::string> names;
    for (const int receiver : receivers)
        names.push_back((*m_settings.names)[static_cast<std::size_t>(receiver)]);
    return logRelease(*m_settings.audit, id.round, id.text(), auditKindOf(id.kind), tensors, names);
}

Status SiloPort::publish(ObjectKind kind, int owner, const TensorFile& tensors,
                         const std::vector<int>& receivers)
{
    std::vector<int> others;
    for (const int receiver : receivers)
        if (receiver != silo())
            others.push_back(receiver);
    if (others.empty())
        return {};
    const ObjectId id{m_settings.record->round, m_settings.phase, kind, silo(), owner};
    if (m_settings.isLate && m_settings.isLate())
        return fail(ErrorCode::OutOfRange, id.text(), "not done before the deadline");
    const TensorFile& sent = m_settings.training == Fault::Garbage ? damaged(tensors, true) : tensors;
    if (auto finite = checkFinite(sent, id.text()); !finite)
        return finite;
    if (m_settings.sending == Fault::Crash)
        return fail(ErrorCode::Internal, id.text(), "the silo crashed while sending");
    if (auto logged = log(id, sent, others); !logged)
        return logged;
    if (m_settings.sending == Fault::Freeze)
        return {};
    if (m_settings.sending == Fault::Garbage && m_settings.putUnchecked)
        return m_settings.putUnchecked(id, damaged(sent, owner % 2 == 0));
    return m_settings.exchange->publish(id, sent);
}

} // namespace fedefm
