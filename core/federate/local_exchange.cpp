// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/local_exchange.h"

#include "core/federate/tensor_spill.h"
#include "core/model/checkpoint/mapped_file.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace fs = std::filesystem;

namespace fedefm {

Exchange::~Exchange() = default;

struct LocalHub::State
{
    struct Entry
    {
        TensorFile tensors;
        std::size_t memoryBytes = 0; ///< 0: in a file
        fs::path file;
    };

    explicit State(Settings given) : settings(std::move(given)), isOnline(doorCount(), true) {}
    ~State() { discard(objects.begin(), objects.end()); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::size_t doorCount() const { return static_cast<std::size_t>(std::max(1, settings.siloCount)); }

    Status put(const ObjectId& id, const TensorFile& tensors);
    Status check(const ObjectId& id, const TensorFile& tensors) const;
    void discard(std::map<ObjectId, Entry>::iterator first, std::map<ObjectId, Entry>::iterator last);

    Settings settings;
    mutable std::mutex mutex;
    std::condition_variable arrived;
    SchemaByKind schemas;
    std::map<ObjectId, Entry> objects;
    std::vector<bool> isOnline;
    std::vector<std::function<void(const ControlMessage&)>> handlers;
    std::size_t memoryInUse = 0;
    std::size_t spilled = 0;
    std::uint64_t nextFile = 0;
};

Status LocalHub::State::check(const ObjectId& id, const TensorFile& tensors) const
{
    const auto schema = schemas.find(id.kind);
    if (schema == schemas.end() || schema->second.isEmpty())
        return fail(ErrorCode::ReferenceMismatch, id.text(), "this session exchanges no such objects");
    return schema->second.check(tensors, id.text());
}

Status LocalHub::State::put(const ObjectId& id, const TensorFile& tensors)
{
    const std::size_t bytes = byteCountOf(tensors);
    Entry entry;
    bool fits = false;
    {
        const std::lock_guard lock(mutex);
        fits = memoryInUse + bytes <= settings.memoryBytes || settings.spillFolder.empty();
        if (!fits)
            entry.file = settings.spillFolder / ("object_" + std::to_string(nextFile++));
        else
            memoryInUse += bytes; // taken before the copy, so that two senders do not share it
    }
    auto kept = fits ? copyInMemory(tensors) : spillTensors(tensors, entry.file);
    if (!kept) {
        const std::lock_guard lock(mutex);
        memoryInUse -= fits ? bytes : 0;
        return tl::unexpected(kept.error());
    }
    entry.tensors = std::move(*kept);
    entry.memoryBytes = fits ? bytes : 0;
    {
        const std::lock_guard lock(mutex);
        const auto old = objects.find(id);
        if (old != objects.end())
            discard(old, std::next(old));
        spilled += fits ? 0 : 1;
        objects[id] = std::move(entry);
    }
    arrived.notify_all();
    return {};
}

void LocalHub::State::discard(std::map<ObjectId, Entry>::iterator first,
                              std::map<ObjectId, Entry>::iterator last)
{
    for (auto at = first; at != last; ++at) {
        memoryInUse -= at->second.memoryBytes;
        std::error_code ignored;
        // Mappings of readers stay valid.
        if (!at->second.file.empty())
            fs::remove(at->second.file, ignored);
    }
    objects.erase(first, last);
}

class LocalHub::Door final : public Exchange
{
public:
    Door(std::shared_ptr<State> state, int silo) : m_state(std::move(state)), m_silo(silo) {}

    int silo() const override { return m_silo; }

    Status publish(const ObjectId& id, const TensorFile& tensors) override
    {
        if (id.from != m_silo)
            return fail(ErrorCode::ReferenceMismatch, id.text(), "a silo publishes in its own name only");
        if (auto checked = m_state->check(id, tensors); !checked)
            return checked;
        return m_state->put(id, tensors);
    }

    Result<TensorFile> fetch(const ObjectId& id, double deadlineMs, const Progress& progress) override
    {
        TensorFile tensors;
        bool isMapped = false;
        {
            std::unique_lock lock(m_state->mutex);
            const auto isThere = [&] { return m_state->objects.count(id) > 0; };
            const std::chrono::duration<double, std::milli> limit(deadlineMs);
            if (!isThere() && (deadlineMs <= 0.0 || !m_state->arrived.wait_for(lock, limit, isThere)))
                return fail(ErrorCode::FileNotFound, id.text(), "it did not come before the deadline");
            const State::Entry& entry = m_state->objects.at(id);
            tensors = entry.tensors;
            isMapped = !entry.file.empty();
        }
        if (auto checked = m_state->check(id, tensors); !checked)
            return tl::unexpected(checked.error());
        if (auto finite = checkFinite(tensors, id.text()); !finite)
            return tl::unexpected(finite.error());
        // Who gathers a hundred models does not hold them all because they were looked at.
        if (isMapped)
            releaseMappedPages();
        if (progress)
            progress(1, 1);
        return tensors;
    }

    Status post(const ControlMessage& message) override
    {
        std::vector<std::function<void(const ControlMessage&)>> called;
        {
            const std::lock_guard lock(m_state->mutex);
            for (std::size_t at = 0; at < m_state->handlers.size(); ++at)
                if (m_state->handlers[at] && (message.to < 0 || message.to == static_cast<int>(at)))
                    called.push_back(m_state->handlers[at]);
        }
        for (const auto& handler : called)
            handler(message);
        return {};
    }

    void onControl(std::function<void(const ControlMessage&)> handler) override
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->handlers.resize(m_state->doorCount());
        m_state->handlers[static_cast<std::size_t>(m_silo)] = std::move(handler);
    }

    std::vector<SessionMember> members() const override
    {
        const std::lock_guard lock(m_state->mutex);
        std::vector<SessionMember> members;
        for (std::size_t at = 0; at < m_state->isOnline.size(); ++at)
            members.push_back({static_cast<int>(at), m_state->isOnline[at]});
        return members;
    }

    void discardBefore(int round, int phase) override
    {
        const std::lock_guard lock(m_state->mutex);
        ObjectId first;
        first.round = round;
        first.phase = phase;
        first.kind = ObjectKind::Weights;
        m_state->discard(m_state->objects.begin(), m_state->objects.lower_bound(first));
    }

private:
    std::shared_ptr<State> m_state;
    int m_silo;
};

LocalHub::LocalHub(Settings settings) : m_state(std::make_shared<State>(std::move(settings)))
{
    for (std::size_t silo = 0; silo < m_state->doorCount(); ++silo)
        m_doors.push_back(std::make_unique<Door>(m_state, static_cast<int>(silo)));
}

LocalHub::~LocalHub() = default;

void LocalHub::setSchemas(SchemaByKind schemas)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->schemas = std::move(schemas);
}

Exchange& LocalHub::door(int silo)
{
    return *m_doors.at(static_cast<std::size_t>(silo));
}

void LocalHub::setOnline(int silo, bool isOnline)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->isOnline.at(static_cast<std::size_t>(silo)) = isOnline;
}

std::size_t LocalHub::memoryInUse() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->memoryInUse;
}

std::size_t LocalHub::spilledObjects() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->spilled;
}

Status LocalHub::putUnchecked(const ObjectId& id, const TensorFile& tensors)
{
    return m_state->put(id, tensors);
}

} // namespace fedefm
