// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/direct_convolution_private.h"

#include "core/base/vector_clones.h"
#include "core/model/networks/winograd_kernels_private.h"

#include <algorithm>
#include <vector>

namespace fedefm {

namespace {

/// Results of one product: their sums stay in the first cache.
constexpr std::int64_t kChunkPx = 48;

std::int64_t blocksFor(std::int64_t outputs)
{
    return (outputs + kWinogradBlock - 1) / kWinogradBlock;
}

/// Rows of the input with their margins, each kept as long as a kernel can reach it.
class PaddedRows
{
public:
    explicit PaddedRows(const DirectWork& work)
        : m_work(work), m_margin(work.kernel / 2 * work.inputs),
          m_rowSize(work.widthPx * work.inputs + 2 * m_margin), m_zeros(m_rowSize),
          m_rows(m_rowSize * work.kernel), m_held(work.kernel, -1)
    {
    }

    const float* row(std::int64_t picture, std::int64_t y)
    {
        if (y < 0 || y >= m_work.heightPx)
            return m_zeros.data();
        const std::int64_t slot = y % m_work.kernel;
        const std::int64_t index = picture * m_work.heightPx + y;
        float* row = m_rows.data() + slot * m_rowSize;
        if (m_held[slot] != index) {
            const std::int64_t size = m_work.widthPx * m_work.inputs;
            std::copy_n(m_work.pixels + index * size, size, row + m_margin);
            m_held[slot] = index;
        }
        return row;
    }

private:
    const DirectWork& m_work;
    std::int64_t m_margin, m_rowSize;
    std::vector<float> m_zeros, m_rows;
    std::vector<std::int64_t> m_held;
};

struct Finish
{
    const float* bias;
    const float* residual; ///< may be absent
    bool rectify;
    std::int64_t channels; ///< of this block
    std::int64_t stride;   ///< floats from pixel to pixel in residual and result
};

FEDEFM_VECTOR_CLONES
void finishPixels(const float* sums, std::int64_t count, const Finish& finish, float* result)
{
    for (std::int64_t pixel = 0; pixel < count; ++pixel) {
        const float* from = sums + pixel * kWinogradBlock;
        float* to = result + pixel * finish.stride;
        if (finish.residual) {
            const float* other = finish.residual + pixel * finish.stride;
            for (std::int64_t i = 0; i < finish.channels; ++i)
                to[i] = from[i] + finish.bias[i] + other[i];
        } else {
            for (std::int64_t i = 0; i < finish.channels; ++i)
                to[i] = from[i] + finish.bias[i];
        }
        if (finish.rectify)
            for (std::int64_t i = 0; i < finish.channels; ++i)
                to[i] = to[i] > 0.0F ? to[i] : 0.0F;
    }
}

} // namespace

std::int64_t packedDirectSize(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel)
{
    return blocksFor(outputs) * kWinogradBlock * kernel * kernel * inputs;
}

void packDirectWeights(const float* weights, std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                       float* packed)
{
    const std::int64_t panel = winogradKernels().panelWidth;
    for (std::int64_t block = 0; block < blocksFor(outputs) * kWinogradBlock; block += kWinogradBlock)
        for (std::int64_t row = 0; row < kernel; ++row)
            for (std::int64_t first = block; first < block + kWinogradBlock; first += panel)
                for (std::int64_t column = 0; column < kernel; ++column)
                    for (std::int64_t input = 0; input < inputs; ++input)
                        for (std::int64_t output = first; output < first + panel; ++output)
                            *packed++ =
                                output < outputs
                                    ? weights[((output * inputs + input) * kernel + row) * kernel + column]
                                    : 0.0F;
}

void convolveRows(const DirectWork& work, std::int64_t begin, std::int64_t end)
{
    const WinogradKernels& kernels = winogradKernels();
    const std::int64_t width = work.resultWidthPx();
    const std::int64_t depth = work.kernel * work.inputs; // pixels beside each other are so many values
    PaddedRows rows(work);
    std::vector<float> sums(kChunkPx * kWinogradBlock);
    std::vector<const float*> sources(work.kernel);
    for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t picture = task / work.resultHeightPx();
        const std::int64_t top = task % work.resultHeightPx() * work.stride - work.kernel / 2;
        for (std::int64_t i = 0; i < work.kernel; ++i)
            sources[i] = rows.row(picture, top + i);
        for (std::int64_t x = 0; x < width; x += kChunkPx) {
            const std::int64_t count = std::min(kChunkPx, width - x);
            for (std::int64_t output = 0; output < work.outputs; output += kWinogradBlock) {
                const std::int64_t channels = std::min(kWinogradBlock, work.outputs - output);
                for (std::int64_t i = 0; i < work.kernel; ++i)
                    kernels.multiply(sources[i] + x * work.stride * work.inputs, work.stride * work.inputs,
                                     work.weights + (output * work.kernel + i * kWinogradBlock) * depth,
                                     depth, count, channels, sums.data(), i > 0);
                const std::int64_t at = (task * width + x) * work.outputs + output;
                finishPixels(sums.data(), count,
                             {work.bias + output, work.residual ? work.residual + at : nullptr, work.rectify,
                              channels, work.outputs},
                             work.result + at);
            }
        }
    }
}

} // namespace fedefm
