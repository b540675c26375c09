// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/networks/winograd_kernels_private.h"

#include <algorithm>
#include <cstring>

// Templates for a number of lanes, which the entry points below compile for their instruction set; so the
// loops must become part of them.
#define FEDEFM_INLINE inline __attribute__((always_inline))

namespace fedefm {

namespace {

template <int Lanes> struct Vector
{
    typedef float Type __attribute__((vector_size(4 * Lanes), aligned(4), may_alias));
};

template <int Lanes> using Floats = typename Vector<Lanes>::Type;

template <int Lanes> FEDEFM_INLINE void load(Floats<Lanes>& value, const float* from)
{
    value = *reinterpret_cast<const Floats<Lanes>*>(from);
}

template <int Lanes> FEDEFM_INLINE void store(float* to, const Floats<Lanes>& value)
{
    *reinterpret_cast<Floats<Lanes>*>(to) = value;
}

template <int Lanes> FEDEFM_INLINE void loadSome(Floats<Lanes>& value, const float* from, std::int64_t count)
{
    float values[Lanes] = {};
    std::memcpy(values, from, sizeof(float) * static_cast<std::size_t>(count));
    load<Lanes>(value, values);
}

/// Bᵀ of F(4, 3) with the points 0, ±1, ±2.
template <typename V> FEDEFM_INLINE void inputRow(const V (&d)[6], V (&t)[6])
{
    const V even = d[4] - 4.0F * d[2];
    const V odd = d[3] - 4.0F * d[1];
    const V outer = d[4] - d[2];
    const V inner = 2.0F * (d[3] - d[1]);
    t[0] = 4.0F * d[0] - 5.0F * d[2] + d[4];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = outer + inner;
    t[4] = outer - inner;
    t[5] = 4.0F * d[1] - 5.0F * d[3] + d[5];
}

/// G.
template <typename V> FEDEFM_INLINE void weightRow(const V (&g)[3], V (&t)[6])
{
    const V sum = (g[0] + g[2]) * (-1.0F / 6.0F);
    const V middle = g[1] * (1.0F / 6.0F);
    const V far = g[0] * (1.0F / 24.0F) + g[2] * (1.0F / 6.0F);
    const V half = g[1] * (1.0F / 12.0F);
    t[0] = 0.25F * g[0];
    t[1] = sum - middle;
    t[2] = sum + middle;
    t[3] = far + half;
    t[4] = far - half;
    t[5] = g[2];
}

/// Aᵀ.
template <typename V> FEDEFM_INLINE void outputRow(const V (&m)[6], V (&y)[4])
{
    const V sum1 = m[1] + m[2];
    const V difference1 = m[1] - m[2];
    const V sum2 = m[3] + m[4];
    const V difference2 = m[3] - m[4];
    y[0] = m[0] + sum1 + sum2;
    y[1] = difference1 + 2.0F * difference2;
    y[2] = sum1 + 4.0F * sum2;
    y[3] = difference1 + 8.0F * difference2 + m[5];
}

template <int Lanes, bool IsWhole>
FEDEFM_INLINE void inputTile(const float* const* pixels, std::int64_t channel, std::int64_t count,
                             float* target, std::int64_t positionStride)
{
    using V = Floats<Lanes>;
    V rows[6][6];
    for (int y = 0; y < 6; ++y) {
        V line[6];
        for (int x = 0; x < 6; ++x) {
            if constexpr (IsWhole)
                load<Lanes>(line[x], pixels[6 * y + x] + channel);
            else
                loadSome<Lanes>(line[x], pixels[6 * y + x] + channel, count);
        }
        inputRow(line, rows[y]);
    }
    for (int x = 0; x < 6; ++x) {
        const V column[6] = {rows[0][x], rows[1][x], rows[2][x], rows[3][x], rows[4][x], rows[5][x]};
        V done[6];
        inputRow(column, done);
        for (int y = 0; y < 6; ++y)
            store<Lanes>(target + (6 * y + x) * positionStride + channel, done[y]);
    }
}

template <int Lanes>
FEDEFM_INLINE void inputOf(const float* const* pixels, std::int64_t channels, float* target,
                           std::int64_t positionStride)
{
    std::int64_t channel = 0;
    for (; channel + Lanes <= channels; channel += Lanes)
        inputTile<Lanes, true>(pixels, channel, Lanes, target, positionStride);
    if (channel < channels)
        inputTile<Lanes, false>(pixels, channel, channels - channel, target, positionStride);
}

template <int Lanes, int Panel>
FEDEFM_INLINE void weightsOf(const float* weights, std::int64_t inputs, std::int64_t block, float* target)
{
    using V = Floats<Lanes>;
    const std::int64_t positionStride = winogradPanelStride(inputs, block);
    for (std::int64_t input = 0; input < inputs; ++input)
        for (std::int64_t output = 0; output < block; output += Lanes) {
            const float* source = weights + 9 * block * input + output;
            V rows[3][6];
            for (int y = 0; y < 3; ++y) {
                V line[3];
                for (int x = 0; x < 3; ++x)
                    load<Lanes>(line[x], source + (3 * y + x) * block);
                weightRow(line, rows[y]);
            }
            float* place = target + (output / Panel * inputs + input) * Panel + output % Panel;
            for (int x = 0; x < 6; ++x) {
                const V column[3] = {rows[0][x], rows[1][x], rows[2][x]};
                V done[6];
                weightRow(column, done);
                for (int y = 0; y < 6; ++y)
                    store<Lanes>(place + (6 * y + x) * positionStride, done[y]);
            }
        }
}

/// Rows × (Vectors × Lanes) sums in registers.
template <int Lanes, int Rows, int Vectors>
FEDEFM_INLINE void productTile(const float* values, std::int64_t valueStride, const float* panel,
                               std::int64_t inputs, float* sums, std::int64_t sumStride, bool add)
{
    using V = Floats<Lanes>;
    V sum[Rows][Vectors];
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row)
#pragma GCC unroll 4
        for (int i = 0; i < Vectors; ++i) {
            if (add)
                load<Lanes>(sum[row][i], sums + row * sumStride + i * Lanes);
            else
                sum[row][i] = V{};
        }
    for (std::int64_t input = 0; input < inputs; ++input) {
        V weight[Vectors];
#pragma GCC unroll 4
        for (int i = 0; i < Vectors; ++i)
            load<Lanes>(weight[i], panel + (input * Vectors + i) * Lanes);
#pragma GCC unroll 16
        for (int row = 0; row < Rows; ++row) {
            const float value = values[row * valueStride + input];
#pragma GCC unroll 4
            for (int i = 0; i < Vectors; ++i)
                sum[row][i] += value * weight[i];
        }
    }
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row)
#pragma GCC unroll 4
        for (int i = 0; i < Vectors; ++i)
            store<Lanes>(sums + row * sumStride + i * Lanes, sum[row][i]);
}

template <int Lanes, int Rows, int Vectors>
FEDEFM_INLINE void productOf(const float* values, std::int64_t valueStride, const float* panels,
                             std::int64_t inputs, std::int64_t rows, std::int64_t outputs, float* sums,
                             std::int64_t sumStride, bool add)
{
    constexpr std::int64_t kPanel = Lanes * Vectors;
    for (std::int64_t output = 0; output < outputs; output += kPanel) {
        const float* panel = panels + output * inputs;
        std::int64_t row = 0;
        for (; row + Rows <= rows; row += Rows)
            productTile<Lanes, Rows, Vectors>(values + row * valueStride, valueStride, panel, inputs,
                                              sums + row * sumStride + output, sumStride, add);
        for (; row + 2 <= rows; row += 2)
            productTile<Lanes, 2, Vectors>(values + row * valueStride, valueStride, panel, inputs,
                                           sums + row * sumStride + output, sumStride, add);
        if (row < rows)
            productTile<Lanes, 1, Vectors>(values + row * valueStride, valueStride, panel, inputs,
                                           sums + row * sumStride + output, sumStride, add);
    }
}

template <int Lanes, bool IsWhole>
FEDEFM_INLINE void outputTile(const float* sums, std::int64_t positionStride, const float* bias,
                              const float* const* residual, std::int64_t channel, std::int64_t count,
                              bool rectify, float* const* pixels)
{
    using V = Floats<Lanes>;
    V rows[6][4];
    for (int y = 0; y < 6; ++y) {
        V line[6];
        for (int x = 0; x < 6; ++x)
            load<Lanes>(line[x], sums + (6 * y + x) * positionStride + channel);
        outputRow(line, rows[y]);
    }
    V offset;
    if constexpr (IsWhole)
        load<Lanes>(offset, bias + channel);
    else
        loadSome<Lanes>(offset, bias + channel, count);
    const V zero{};
    for (int x = 0; x < 4; ++x) {
        const V column[6] = {rows[0][x], rows[1][x], rows[2][x], rows[3][x], rows[4][x], rows[5][x]};
        V done[4];
        outputRow(column, done);
        for (int y = 0; y < 4; ++y) {
            V value = done[y] + offset;
            if (residual) {
                V other;
                if constexpr (IsWhole)
                    load<Lanes>(other, residual[4 * y + x] + channel);
                else
                    loadSome<Lanes>(other, residual[4 * y + x] + channel, count);
                value += other;
            }
            if (rectify)
                value = value > zero ? value : zero;
            if constexpr (IsWhole)
                store<Lanes>(pixels[4 * y + x] + channel, value);
            else
                std::memcpy(pixels[4 * y + x] + channel, &value,
                            sizeof(float) * static_cast<std::size_t>(count));
        }
    }
}

template <int Lanes>
FEDEFM_INLINE void outputOf(const float* sums, std::int64_t positionStride, const float* bias,
                            const float* const* residual, std::int64_t channels, bool rectify,
                            float* const* pixels)
{
    std::int64_t channel = 0;
    for (; channel + Lanes <= channels; channel += Lanes)
        outputTile<Lanes, true>(sums, positionStride, bias, residual, channel, Lanes, rectify, pixels);
    if (channel < channels)
        outputTile<Lanes, false>(sums, positionStride, bias, residual, channel, channels - channel, rectify,
                                 pixels);
}

// A set of entry points for one instruction set. The rows of a product fill the vector registers.
#define FEDEFM_WINOGRAD_KERNELS(name, target, lanes, rows, vectors)                                          \
    target void name##Input(const float* const* pixels, std::int64_t channels, float* to,                    \
                            std::int64_t positionStride)                                                     \
    {                                                                                                        \
        inputOf<lanes>(pixels, channels, to, positionStride);                                                \
    }                                                                                                        \
    target void name##Weights(const float* weights, std::int64_t inputs, std::int64_t block, float* to)      \
    {                                                                                                        \
        weightsOf<lanes, lanes * vectors>(weights, inputs, block, to);                                       \
    }                                                                                                        \
    target void name##Product(const float* values, std::int64_t valueStride, const float* panels,            \
                              std::int64_t inputs, std::int64_t rowCount, std::int64_t outputs, float* sums, \
                              std::int64_t sumStride, bool add)                                              \
    {                                                                                                        \
        productOf<lanes, rows, vectors>(values, valueStride, panels, inputs, rowCount, outputs, sums,        \
                                        sumStride, add);                                                     \
    }                                                                                                        \
    target void name##Output(const float* sums, std::int64_t positionStride, const float* bias,              \
                             const float* const* residual, std::int64_t channels, bool rectify,              \
                             float* const* pixels)                                                           \
    {                                                                                                        \
        outputOf<lanes>(sums, positionStride, bias, residual, channels, rectify, pixels);                    \
    }                                                                                                        \
    constexpr WinogradKernels name##Kernels{lanes * vectors, name##Input, name##Weights, name##Product,      \
                                            name##Output};

FEDEFM_WINOGRAD_KERNELS(plain, , 4, 6, 2)

#if defined(__x86_64__)
FEDEFM_WINOGRAD_KERNELS(avx2, __attribute__((target("avx2,fma"))), 8, 6, 2)
FEDEFM_WINOGRAD_KERNELS(avx512, __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))), 16, 12, 2)
#endif

} // namespace

const WinogradKernels& winogradKernels()
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    static const bool hasAvx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    static const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (hasAvx512)
        return avx512Kernels;
    if (hasAvx2)
        return avx2Kernels;
#endif
    return plainKernels;
}

std::int64_t outputBlock(std::int64_t outputs)
{
    constexpr std::int64_t kLargest = 64;
    const std::int64_t panel = winogradKernels().panelWidth;
    return std::min(kLargest, (outputs + panel - 1) / panel * panel);
}

} // namespace fedefm
