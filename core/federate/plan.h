// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/train_config.h"

namespace fedefm {

/// Everything that decides a federated session; docs/federation.md explains each key.
struct SessionPlan
{
    int version = 1;
    TrainConfig training; ///< network, loss, optimiser, input, batch size, device …; `data` stays empty
    nlohmann::json data = nlohmann::json::object();
    nlohmann::json topology = nlohmann::json::object();
    nlohmann::json strategy = nlohmann::json::object(); ///< {"name", options}
    int rounds = 30;
    int warmUpSteps = 0; ///< of every silo on its own data, before round 0
    int evaluateEvery = 1;
    int evaluateSilosEvery = 0; ///< own models on the test set; 0: at the end only
    int checkpointEvery = 1;
    int checkpointsMb = 2048;            ///< of all that are kept to go on from; the newest always is
    double deadlineSeconds = 600.0;      ///< of one silo in one phase
    int leastSilos = 1;                  ///< fewer that finish a round end the session
    std::string batchNorm = "average";   ///< "local": FedBN; "local_statistics": SiloBN
    std::string optimizerState = "keep"; ///< or "reset" in every round
    int memoryMb = 2048;                 ///< of silos' states and objects; the others lie in files
    nlohmann::json privacy = nlohmann::json::object(); ///< PrivacySettings
};

/// Unknown keys are errors that name the nearest known one. Errors: InvalidArgument (subject = where).
Result<SessionPlan> parseSessionPlan(const nlohmann::json& document);
nlohmann::json toJson(const SessionPlan& plan);

/// What decides about a session's best round by its plan: "accuracy" or whatever its task is measured by.
std::string sessionMeasure(const nlohmann::json& plan);

/// As loadTrainConfig(): a file, then "key.sub=value" settings.
Result<SessionPlan> loadSessionPlan(const std::filesystem::path& file,
                                    const std::vector<std::string>& settings = {});

} // namespace fedefm
