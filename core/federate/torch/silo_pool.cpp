// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/torch/silo_pool_private.h"

#include "core/federate/tensor_schema.h"
#include "core/federate/tensor_spill.h"
#include "core/train/data/random.h"
#include "core/train/torch/checkpoint_state_private.h"

#include <algorithm>
#include <cstdio>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

std::string stateName(int silo)
{
    char text[40];
    std::snprintf(text, sizeof text, "silo_%03d.safetensors", silo);
    return text;
}

/// Memory of a live silo: weights, gradients and moments.
std::size_t bytesOfLive(const Network& network, const OptimizerSettings& optimizer)
{
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : stateOf(network))
        bytes += tensor.nbytes();
    return bytes * (optimizer.kind == "adamw" ? 4 : 3);
}

} // namespace

Result<std::unique_ptr<SiloPool>> SiloPool::create(Settings settings, const Network& initial,
                                                   const torch::Tensor& random)
{
    std::unique_ptr<SiloPool> pool(new SiloPool(std::move(settings)));
    TensorFile weights;
    for (const auto& [name, tensor] : stateOf(initial))
        weights.tensors.emplace("network/" + name, storedView(tensor));
    auto copy = copyInMemory(weights);
    if (!copy)
        return tl::unexpected(copy.error());
    pool->m_initial = std::move(*copy);
    pool->m_random = random.clone();
    const std::size_t each = std::max<std::size_t>(1, bytesOfLive(initial, pool->m_settings.optimizer));
    const std::size_t fitting = std::max<std::size_t>(1, pool->m_settings.memoryBytes / each);
    pool->m_residents =
        static_cast<int>(std::min(fitting, static_cast<std::size_t>(pool->m_settings.siloCount)));
    pool->m_places.resize(static_cast<std::size_t>(pool->m_settings.siloCount));
    for (Place& place : pool->m_places)
        place.stored = pool->m_initial;
    return pool;
}

Result<std::size_t> SiloPool::freeSlot()
{
    if (m_slots.size() < static_cast<std::size_t>(m_residents)) {
        auto network = m_settings.makeNetwork();
        if (!network)
            return tl::unexpected(network.error());
        Silo silo;
        silo.network = std::move(*network);
        std::vector<std::pair<std::string, torch::Tensor>> parameters;
        for (const auto& item : silo.network->named_parameters())
            parameters.emplace_back(item.key(), item.value());
        silo.optimizer = std::make_unique<Optimizer>(std::move(parameters), m_settings.optimizer);
        m_slots.push_back(std::move(silo));
        m_usedAt.push_back(0);
        return m_slots.size() - 1;
    }
    const auto oldest = std::min_element(m_usedAt.begin(), m_usedAt.end()) - m_usedAt.begin();
    const auto slot = static_cast<std::size_t>(oldest);
    Silo& silo = m_slots[slot];
    if (silo.index >= 0) {
        Place& old = place(silo.index);
        old.work = m_settings.workFolder / ("silo_" + std::to_string(silo.index));
        // A reader may still map the older file of that name.
        std::error_code ignored;
        fs::remove(old.work, ignored);
        auto stored = spillTensors(siloFile(silo), old.work);
        if (!stored)
            return tl::unexpected(stored.error());
        old.stored = std::move(*stored);
        old.isInitial = false;
        silo.index = -1;
    }
    return slot;
}

Status SiloPool::load(std::size_t slot, int silo)
{
    Silo& live = m_slots[slot];
    Place& from = place(silo);
    if (auto loaded = loadSilo(live, from.stored, "state of silo " + std::to_string(silo)); !loaded)
        return loaded;
    live.optimizer->zeroGrad();
    live.index = silo;
    if (!from.isInitial) {
        from.stored = TensorFile(); // what is mapped counts as memory of this process
        return {};
    }
    live.random = m_random.clone();
    if (silo > 0) {
        const torch::Tensor before = randomState(torch::kCPU);
        torch::manual_seed(mixSeed(m_settings.seed, static_cast<std::uint64_t>(silo)));
        live.random = randomState(torch::kCPU);
        setRandomState(torch::kCPU, before);
    }
    return {};
}

Result<Silo*> SiloPool::acquire(int silo)
{
    for (std::size_t slot = 0; slot < m_slots.size(); ++slot)
        if (m_slots[slot].index == silo) {
            m_usedAt[slot] = ++m_clock;
            return &m_slots[slot];
        }
    const auto slot = freeSlot();
    if (!slot)
        return tl::unexpected(slot.error());
    if (auto loaded = load(*slot, silo); !loaded)
        return tl::unexpected(loaded.error());
    m_usedAt[*slot] = ++m_clock;
    return &m_slots[*slot];
}

Result<TensorFile> SiloPool::stateFile(int silo) const
{
    for (const Silo& live : m_slots)
        if (live.index == silo)
            return siloFile(live);
    return m_places[static_cast<std::size_t>(silo)].stored;
}

Status SiloPool::checkpoint(const fs::path& folder)
{
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        return fail(ErrorCode::WriteFailed, folder.string(), failed.message());
    for (int silo = 0; silo < m_settings.siloCount; ++silo) {
        // What nobody has touched yet needs its random numbers, too.
        if (place(silo).isInitial)
            if (auto live = acquire(silo); !live)
                return tl::unexpected(live.error());
        const auto state = stateFile(silo);
        if (!state)
            return tl::unexpected(state.error());
        const fs::path file = folder / stateName(silo);
        if (auto written = writeSafetensors(file, *state, Overwrite::Yes); !written)
            return written;
        auto stored = readTensorFile(file);
        if (!stored)
            return tl::unexpected(stored.error());
        Place& target = place(silo);
        target.stored = std::move(*stored);
        target.isInitial = false;
        fs::remove(target.work, failed);
    }
    m_checkpoint = folder;
    return {};
}

Status SiloPool::check(const fs::path& folder, int siloCount)
{
    for (int silo = 0; silo < siloCount; ++silo)
        if (const auto stored = readTensorFile(folder / stateName(silo)); !stored)
            return tl::unexpected(stored.error());
    return {};
}

Status SiloPool::restore(const fs::path& folder)
{
    for (int silo = 0; silo < m_settings.siloCount; ++silo) {
        auto stored = readTensorFile(folder / stateName(silo));
        if (!stored)
            return tl::unexpected(stored.error());
        place(silo).stored = std::move(*stored);
        place(silo).isInitial = false;
    }
    for (Silo& live : m_slots)
        live.index = -1;
    m_checkpoint = folder;
    return {};
}

Status SiloPool::revert(int silo)
{
    Place& target = place(silo);
    const auto newer = stateFile(silo);
    if (!newer)
        return tl::unexpected(newer.error());
    if (m_checkpoint.empty()) {
        target.stored = m_initial;
        target.isInitial = true;
    } else {
        auto stored = readTensorFile(m_checkpoint / stateName(silo));
        if (!stored)
            return tl::unexpected(stored.error());
        target.stored = std::move(*stored);
    }
    keepSpentPrivacy(*newer, target.stored);
    for (Silo& live : m_slots)
        if (live.index == silo)
            live.index = -1;
    return {};
}

} // namespace fedefm
