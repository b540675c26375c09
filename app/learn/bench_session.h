// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cancel_token.h"
#include "core/base/result.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedefm::cli {

/// A federated session that is measured, on random pictures.
struct SessionWork
{
    const char* name;
    const char* title;
    int silos;
    nlohmann::json network;
    int sizePx;
    int batch;
    nlohmann::json strategy;
    const char* topology;
    int rounds;
    int memoryMb;
    int checkpointEvery;
    const char* peer; ///< the same rounds in tests/bench/compare.py; null: none
};
const std::vector<SessionWork>& sessionWorks();

/// Runs one of them in this process, which should do nothing else: {"rounds": [{"wall", "compute", "emd",
/// "peer", "phases"}], "peak_mb", "parameters", "peer_version"}, times in seconds. With a peer each round is
/// followed by one of it.
Result<nlohmann::json> measureSession(const std::string& name, int threads, const CancelToken& cancel);

} // namespace fedefm::cli
