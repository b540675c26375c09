// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/fedefm/bench_figure.h"
#include "app/fedefm/bench_inputs.h"
#include "app/cli/context.h"

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

/// Opens a file, decodes and keeps all its frames; the process's peak resident memory in MB.
Result<double> peakMemoryOf(const std::filesystem::path& file);

} // namespace fedefm::cli
