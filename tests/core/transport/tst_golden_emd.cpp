// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"
#include "core/transport/transport_solver.h"
#include "test_data.h"

#include <QTest>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace fedefm;

namespace {

std::vector<double> valuesOf(const StoredTensor& tensor)
{
    if (tensor.type != DType::F64)
        qFatal("float64 expected");
    std::vector<double> values(tensor.elementCount());
    std::memcpy(values.data(), tensor.data, tensor.byteCount());
    return values;
}

} // namespace

class TestGoldenEmd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exactSolver()
    {
        const auto folder = test::goldenData("emd");
        NEEDS_GOLDEN(folder);
        std::ifstream stream(folder / "config.json");
        const auto config = nlohmann::json::parse(stream);
        const auto file = readTensorFile(folder / "emd.safetensors");
        QVERIFY(file);
        const double costTolerance = config["tolerance"]["optimal_cost_abs"];
        const double gradientTolerance = config["tolerance"]["gradient_abs"];
        const auto solver = *makeTransportSolver({});
        int gradients = 0;
        for (const auto& entry : config["problems"]) {
            char prefix[16];
            std::snprintf(prefix, sizeof prefix, "p%02d.", entry["index"].get<int>());
            const auto values = [&](const char* name) {
                return valuesOf(file->tensors.at(prefix + std::string(name)));
            };
            const auto cost = values("cost");
            const auto rowMass = values("a");
            const auto columnMass = values("b");
            const TransportProblem problem{entry["n"], entry["m"], cost.data(), rowMass.data(),
                                           columnMass.data()};
            TransportSolution solution;
            QVERIFY2(solver->solve(problem, solution), prefix);
            const double expected = entry["optimal_cost"];
            const auto residuals = residualsOf(problem, solution);
            QVERIFY2(std::abs(solution.cost - expected) < costTolerance, prefix);
            QVERIFY2(residuals.marginal < 1e-12 && residuals.negativity <= 0.0, prefix);
            QVERIFY2(residuals.dualInfeasibility < 1e-10, prefix);
            QVERIFY2(std::abs(residuals.dualValue - expected) < costTolerance, prefix);
            if (!entry["has_gradient"])
                continue;
            ++gradients;
            const auto gradient = values("gradient");
            for (std::size_t k = 0; k < gradient.size(); ++k)
                QVERIFY2(std::abs(solution.flow[k] - gradient[k]) < gradientTolerance, prefix);
        }
        QVERIFY(gradients > 0);
    }
};

QTEST_APPLESS_MAIN(TestGoldenEmd)
#include "tst_golden_emd.moc"
