// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/exchange.h"

#include <filesystem>
#include <memory>

namespace fedefm {

/// The exchange of silos in one process: objects lie in memory up to a limit, the others in files below
/// `spillFolder`, which are read by mapping.
class LocalHub
{
public:
    struct Settings
    {
        int siloCount = 1;
        std::size_t memoryBytes = std::size_t{512} << 20;
        std::filesystem::path spillFolder; ///< made when needed; its files are removed at the end
    };
    explicit LocalHub(Settings settings);
    ~LocalHub();
    LocalHub(const LocalHub&) = delete;
    LocalHub& operator=(const LocalHub&) = delete;

    /// Known only after the network is made; without a schema nothing of that kind passes.
    void setSchemas(SchemaByKind schemas);
    /// The door of one silo; valid as long as the hub lives.
    Exchange& door(int silo);

    void setOnline(int silo, bool isOnline);
    std::size_t memoryInUse() const;
    std::size_t spilledObjects() const;
    /// Puts an object past the checks of its sender, as a broken sender would.
    Status putUnchecked(const ObjectId& id, const TensorFile& tensors);

private:
    struct State;
    class Door;
    std::shared_ptr<State> m_state;
    std::vector<std::unique_ptr<Door>> m_doors;
};

} // namespace fedefm
