// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/torch/silo_private.h"

namespace fedefm {

/// The silos of a session in this process. As many as the memory allows stay live, the others' states lie in
/// files until they are needed.
class SiloPool
{
public:
    struct Settings
    {
        int siloCount = 1;
        std::size_t memoryBytes = std::size_t{1} << 30;
        std::filesystem::path workFolder; ///< for states that do not fit into the memory
        std::uint64_t seed = 1;
        OptimizerSettings optimizer;
        std::function<Result<NetworkPtr>()> makeNetwork;
    };
    /// All silos begin with the weights of `initial`, silo 0 with `random`, the others with numbers of their
    /// own.
    static Result<std::unique_ptr<SiloPool>> create(Settings settings, const Network& initial,
                                                    const torch::Tensor& random);

    /// Valid until the next call. Errors: those of the files; OutOfMemory.
    Result<Silo*> acquire(int silo);
    /// The state as a file has it, without making the silo live.
    Result<TensorFile> stateFile(int silo) const;

    /// Every state as silo_003.safetensors in a folder, from where states are read from now on.
    Status checkpoint(const std::filesystem::path& folder);
    /// Whether all states of a checkpoint can be read. Errors: FileNotFound, ModelBroken.
    static Status check(const std::filesystem::path& folder, int siloCount);
    /// States of a checkpoint. Errors: FileNotFound, ModelBroken.
    Status restore(const std::filesystem::path& folder);
    /// Back to the last checkpoint, or to the beginning where there is none.
    Status revert(int silo);

    int residents() const { return m_residents; }

private:
    explicit SiloPool(Settings settings) : m_settings(std::move(settings)) {}
    struct Place
    {
        TensorFile stored;          ///< newest state that is not live; mapped or shared
        std::filesystem::path work; ///< of a spilled state
        bool isInitial = true;
    };
    Result<std::size_t> freeSlot();
    Status load(std::size_t slot, int silo);
    Place& place(int silo) { return m_places[static_cast<std::size_t>(silo)]; }

    Settings m_settings;
    int m_residents = 1;
    std::vector<Silo> m_slots;
    std::vector<std::uint64_t> m_usedAt; ///< per slot
    std::uint64_t m_clock = 0;
    std::vector<Place> m_places;
    TensorFile m_initial;
    torch::Tensor m_random;
    std::filesystem::path m_checkpoint;
};

} // namespace fedefm
