// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/bench_figure.h"
#include "app/cli/context.h"
#include "app/fedefm/bench_inputs.h"

namespace fedefm::cli {

using Figures = std::vector<BenchFigure>;

Result<Figures> benchDecode(const BenchInputs& inputs, Context& context);
Result<Figures> benchOpen(const BenchInputs& inputs, Context& context);
Result<Figures> benchWindow(const BenchInputs& inputs, Context& context);
Result<Figures> benchSubtract(const BenchInputs& inputs, Context& context);
Result<Figures> benchSegment(const BenchInputs& inputs, Context& context);
Result<Figures> benchMemory(const BenchInputs& inputs, Context& context);
Result<Figures> benchDesktop(const BenchInputs& inputs, Context& context);
Result<Figures> benchSimulate(const BenchInputs& inputs, Context& context);
Result<Figures> benchLoader(const BenchInputs& inputs, Context& context);
Result<Figures> benchTransport(const BenchInputs& inputs, Context& context);

/// A group that fedefm-learn measures; nothing where that is not installed. `add` gets every figure as soon
/// as it is measured.
Status benchLearning(const char* group, Context& context, const std::function<void(const BenchFigure&)>& add);

/// Opens a file, decodes and keeps all its frames; the process's peak resident memory in MB.
Result<double> peakMemoryOf(const std::filesystem::path& file);

} // namespace fedefm::cli
