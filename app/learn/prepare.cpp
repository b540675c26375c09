// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/learn/commands.h"
#include "core/model/torch/torch_private.h"

#include <algorithm>
#include <thread>

namespace fedefm::cli {

void prepareLibTorch(const GeneralOptions& general)
{
    // A silo that knows one class only soon has gradients too small to be normal numbers, with which
    // processors are many times slower. Threads that begin after this inherit it.
    at::globalContext().setFlushDenormal(true);
    const int machine = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    at::set_num_threads(general.threads > 0 ? general.threads : machine);
    // One network at a time: parallel branches would only compete with the threads inside each operation.
    at::set_num_interop_threads(1);
    torch::manual_seed(general.seed);
}

} // namespace fedefm::cli
