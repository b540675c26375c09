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

/// Outputs of all blocks of weights.
std::int64_t filledOutputs(std::int64_t outputs)
{
    const std::int64_t block = outputBlock(outputs);
    return (outputs + block - 1) / block * block;
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
    std::int64_t sumStride;
    std::int64_t stride; ///< floats from pixel to pixel in residual and result
};

FEDEFM_VECTOR_CLONES
void finishPixels(const float* sums, std::int64_t count, const Finish& finish, float* result)
{
    for (std::int64_t pixel = 0; pixel < count; ++pixel) {
        const float* from = sums + pixel * finish.sumStride;
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

/// What one thread keeps from row to row.
class RowConvolution
{
public:
    explicit RowConvolution(const DirectWork& work)
        : m_work(work), m_kernels(winogradKernels()), m_block(outputBlock(work.outputs)), m_rows(work),
          m_sums(kChunkPx * m_block), m_sources(work.kernel)
    {
    }

    /// `index` counts the rows of the results of all pictures.
    void computeRow(std::int64_t index)
    {
        const std::int64_t picture = index / m_work.resultHeightPx();
        const std::int64_t top = index % m_work.resultHeightPx() * m_work.stride - m_work.kernel / 2;
        for (std::int64_t i = 0; i < m_work.kernel; ++i)
            m_sources[i] = m_rows.row(picture, top + i);
        const std::int64_t width = m_work.resultWidthPx();
        for (std::int64_t x = 0; x < width; x += kChunkPx)
            for (std::int64_t output = 0; output < m_work.outputs; output += m_block)
                computeChunk(index * width + x, x, std::min(kChunkPx, width - x), output);
    }

private:
    void computeChunk(std::int64_t pixel, std::int64_t x, std::int64_t count, std::int64_t output)
    {
        const std::int64_t step = m_work.stride * m_work.inputs;
        const std::int64_t depth =
            m_work.kernel * m_work.inputs; // pixels beside each other are so many values
        const std::int64_t channels = std::min(m_block, m_work.outputs - output);
        for (std::int64_t i = 0; i < m_work.kernel; ++i)
            m_kernels.multiply(m_sources[i] + x * step, step,
                               m_work.weights + (output * m_work.kernel + i * m_block) * depth, depth, count,
                               channels, m_sums.data(), m_block, i > 0);
        const std::int64_t at = pixel * m_work.outputs + output;
        finishPixels(m_sums.data(), count,
                     {m_work.bias + output, m_work.residual ? m_work.residual + at : nullptr, m_work.rectify,
                      channels, m_block, m_work.outputs},
                     m_work.result + at);
    }

    const DirectWork& m_work;
    const WinogradKernels& m_kernels;
    std::int64_t m_block;
    PaddedRows m_rows;
    std::vector<float> m_sums;
    std::vector<const float*> m_sources;
};

} // namespace

std::int64_t packedDirectSize(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel)
{
    return filledOutputs(outputs) * kernel * kernel * inputs;
}

void packDirectWeights(const float* weights, std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                       float* packed)
{
    const std::int64_t panel = winogradKernels().panelWidth;
    const std::int64_t size = outputBlock(outputs);
    for (std::int64_t block = 0; block < filledOutputs(outputs); block += size)
        for (std::int64_t row = 0; row < kernel; ++row)
            for (std::int64_t first = block; first < block + size; first += panel)
                for (std::int64_t column = 0; column < kernel; ++column)
                    for (std::int64_t input = 0; input < inputs; ++input)
                        for (std::int64_t output = first; output < first + panel; ++output)
                            *packed++ =
                                output < outputs
                                    ? weights[((output * inputs + input) * kernel + row) * kernel + column]
                                    : 0.0F;
}

void convolveRows(const DirectWork& work, TaskQueue& queue)
{
    auto range = queue.next();
    if (!range)
        return;
    RowConvolution convolution(work);
    for (; range; range = queue.next())
        for (std::int64_t row = range->begin; row < range->end; ++row)
            convolution.computeRow(row);
}

} // namespace fedefm
