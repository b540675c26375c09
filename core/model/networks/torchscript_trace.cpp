// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/library_message.h"
#include "core/model/networks/fused_convolutions_private.h"
#include "core/model/networks/fused_shuffles_private.h"
#include "core/model/networks/fused_upsampling_private.h"
#include "core/model/networks/torchscript_private.h"

#include <torch/csrc/jit/frontend/tracer.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <unordered_set>

namespace fedefm {

namespace {

thread_local bool tracingAnySize = false;

class AnySizeScope
{
public:
    explicit AnySizeScope(bool anySize) { tracingAnySize = anySize; }
    ~AnySizeScope() { tracingAnySize = false; }
    AnySizeScope(const AnySizeScope&) = delete;
    AnySizeScope& operator=(const AnySizeScope&) = delete;
};

using CompilationUnit = std::shared_ptr<torch::jit::CompilationUnit>;

/// Evaluation mode for as long as it lives.
class EvaluationMode
{
public:
    explicit EvaluationMode(torch::nn::Module& module) : m_module(module), m_wasTraining(module.is_training())
    {
        m_module.eval();
    }
    ~EvaluationMode()
    {
        if (m_wasTraining)
            m_module.train();
    }
    EvaluationMode(const EvaluationMode&) = delete;
    EvaluationMode& operator=(const EvaluationMode&) = delete;

private:
    torch::nn::Module& m_module;
    bool m_wasTraining;
};

/// A module tree with the tensors of `source`, without methods.
torch::jit::Module mirror(const torch::nn::Module& source, const CompilationUnit& unit)
{
    torch::jit::Module module(c10::QualifiedName("__torch__.fedefm.Part"), unit, /*shouldMangle=*/true);
    module.register_attribute("training", c10::BoolType::get(), false);
    for (const auto& item : source.named_parameters(/*recurse=*/false))
        module.register_parameter(item.key(), item.value(), /*is_buffer=*/false);
    for (const auto& item : source.named_buffers(/*recurse=*/false))
        module.register_buffer(item.key(), item.value());
    for (const auto& item : source.named_children())
        module.register_module(item.key(), mirror(*item.value(), unit));
    return module;
}

/// Freezing copies only what it folds: other weights are still those of the network, whose later changes must
/// not be seen.
void ownConstants(torch::jit::Module& frozen, const Network& network)
{
    std::unordered_set<const void*> shared;
    for (const torch::Tensor& tensor : network.parameters())
        shared.insert(tensor.data_ptr());
    for (torch::jit::Node* node : frozen.get_method("forward").graph()->nodes())
        if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
            node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t)
            if (const torch::Tensor& value = node->t(c10::attr::value); shared.count(value.data_ptr()) > 0)
                node->t_(c10::attr::value, value.clone());
}

/// Tracing computes once in float32 and eagerly, which can need more memory than all later use. Convolutions
/// alone are traced at a smaller size of the same divisors, as their graph is the same.
Result<torch::jit::Module> tracedForInference(Network& network, const std::vector<std::int64_t>& shape)
{
    constexpr std::int64_t kSidePx = 256;
    const auto isMultiple = [](std::int64_t side) { return side > kSidePx && side % kSidePx == 0; };
    if (shape.size() == 4 && isConvolutional(network) && isMultiple(shape[2]) && isMultiple(shape[3])) {
        auto small = tracedModule(network, {shape[0], shape[1], kSidePx, kSidePx}, TraceFor::AnySize);
        if (small) // not where the network's own stride is larger
            return small;
    }
    return tracedModule(network, shape);
}

} // namespace

bool isTracingAnySize()
{
    return tracingAnySize;
}

Result<torch::jit::Module> tracedModule(Network& network, const std::vector<std::int64_t>& inputShape,
                                        TraceFor purpose)
{
    try {
        const torch::NoGradGuard noGradients;
        const EvaluationMode evaluation(network);
        const AnySizeScope scope(purpose == TraceFor::AnySize);
        const auto unit = std::make_shared<torch::jit::CompilationUnit>();
        torch::jit::Module module = mirror(network, unit);
        const auto parameters = network.parameters();
        const torch::Device device = parameters.empty() ? torch::Device(torch::kCPU) : parameters[0].device();
        const auto run = [&network](torch::jit::Stack inputs) {
            return torch::jit::Stack{network.forward(inputs.at(0).toTensor())};
        };
        const auto traced = torch::jit::tracer::trace(
            {torch::rand(inputShape, device)}, run, [](const torch::Tensor&) { return std::string(); },
            /*strict=*/true, /*force_outplace=*/false, &module, {"input"});
        auto* forward =
            unit->create_function(c10::QualifiedName(*module.type()->name(), "forward"), traced.first->graph);
        module.type()->addMethod(forward);
        return module;
    } catch (const c10::Error& error) {
        return fail(ErrorCode::InvalidArgument, "TorchScript",
                    libraryMessage(error.what_without_backtrace()));
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, "TorchScript");
    } catch (const std::exception& error) {
        return fail(ErrorCode::InvalidArgument, "TorchScript", libraryMessage(error.what()));
    }
}

void returnFreedMemory()
{
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

Result<torch::jit::Module> frozenForInference(Network& network, const std::vector<std::int64_t>& inputShape,
                                              Precision precision)
{
    auto module = tracedForInference(network, inputShape);
    if (!module)
        return module;
    try {
        const torch::NoGradGuard noGradients;
        // Freezing folds batch norms into copies of the weights; the network keeps its own.
        torch::jit::Module frozen = torch::jit::freeze(*module);
        if (precision == Precision::Bfloat16) {
            computeInBfloat16(frozen);
            return frozen;
        }
        if (fuseConvolutions(frozen)) {
            fuseUpsampling(frozen);
            fuseShuffles(frozen);
            ownConstants(frozen, network);
            returnFreedMemory();
            return frozen;
        }
        return torch::jit::optimize_for_inference(frozen);
    } catch (const std::exception& error) {
        return fail(ErrorCode::Internal, "TorchScript", libraryMessage(error.what()));
    }
}

} // namespace fedefm
