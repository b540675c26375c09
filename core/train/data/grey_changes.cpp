// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/grey_changes_private.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fedefm {

namespace {

constexpr double kLeastSigmaPx = 0.05;

std::vector<float> gaussian(double sigmaPx)
{
    const int radius = std::max(1, static_cast<int>(std::ceil(3.0 * sigmaPx)));
    std::vector<float> kernel(static_cast<std::size_t>(2 * radius + 1));
    for (int i = -radius; i <= radius; ++i)
        kernel[static_cast<std::size_t>(i + radius)] =
            static_cast<float>(std::exp(-0.5 * i * i / (sigmaPx * sigmaPx)));
    const float sum = std::accumulate(kernel.begin(), kernel.end(), 0.0F);
    for (float& weight : kernel)
        weight /= sum;
    return kernel;
}

void blurRows(float* plane, int width, int height, const std::vector<float>& kernel)
{
    const int radius = static_cast<int>(kernel.size() / 2);
    std::vector<float> padded(static_cast<std::size_t>(width + 2 * radius));
    for (int y = 0; y < height; ++y) {
        float* row = plane + static_cast<std::size_t>(y) * width;
        std::fill_n(padded.begin(), radius, row[0]);
        std::copy_n(row, width, padded.begin() + radius);
        std::fill_n(padded.begin() + radius + width, radius, row[width - 1]);
        std::fill_n(row, width, 0.0F);
        for (std::size_t k = 0; k < kernel.size(); ++k) {
            const float weight = kernel[k];
            const float* shifted = padded.data() + k;
            for (int x = 0; x < width; ++x)
                row[x] += weight * shifted[x];
        }
    }
}

void blurColumns(float* plane, int width, int height, const std::vector<float>& kernel)
{
    const int radius = static_cast<int>(kernel.size() / 2);
    const std::vector<float> source(plane, plane + static_cast<std::size_t>(width) * height);
    for (int y = 0; y < height; ++y) {
        float* row = plane + static_cast<std::size_t>(y) * width;
        std::fill_n(row, width, 0.0F);
        for (int k = -radius; k <= radius; ++k) {
            const float weight = kernel[static_cast<std::size_t>(k + radius)];
            const float* other =
                source.data() + static_cast<std::size_t>(std::clamp(y + k, 0, height - 1)) * width;
            for (int x = 0; x < width; ++x)
                row[x] += weight * other[x];
        }
    }
}

} // namespace

void blurPlanes(std::vector<float>& planes, int width, int height, double sigmaPx)
{
    if (sigmaPx < kLeastSigmaPx)
        return;
    const std::vector<float> kernel = gaussian(sigmaPx);
    const std::size_t plane = static_cast<std::size_t>(width) * height;
    for (std::size_t start = 0; start < planes.size(); start += plane) {
        blurRows(planes.data() + start, width, height, kernel);
        blurColumns(planes.data() + start, width, height, kernel);
    }
}

void changeGrey(std::vector<float>& values, double gamma, double contrast, double brightness)
{
    if (gamma != 1.0) {
        constexpr int kEntries = 2048;
        std::vector<float> table(kEntries + 2);
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = static_cast<float>(std::pow(static_cast<double>(i) / kEntries, gamma));
        for (float& value : values) {
            const float position = std::clamp(value, 0.0F, 1.0F) * kEntries;
            const auto entry = static_cast<std::size_t>(position);
            value = table[entry] + (position - static_cast<float>(entry)) * (table[entry + 1] - table[entry]);
        }
    }
    if (contrast == 1.0 && brightness == 0.0)
        return;
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const auto mean = static_cast<float>(sum / static_cast<double>(values.size()));
    const auto factor = static_cast<float>(contrast);
    const float offset = mean - factor * mean + static_cast<float>(brightness);
    for (float& value : values)
        value = factor * value + offset;
}

void addNoise(std::vector<float>& planes, int width, int height, double sigma, double correlationPx,
              Random& random)
{
    if (sigma <= 0.0)
        return;
    std::vector<float> noise(static_cast<std::size_t>(width) * height);
    for (float& value : noise)
        value = random.roughNormal();
    double strength = sigma;
    if (correlationPx >= kLeastSigmaPx) {
        blurPlanes(noise, width, height, correlationPx);
        // The blur keeps the sum of squared weights of the variance, in both directions.
        const std::vector<float> kernel = gaussian(correlationPx);
        strength /= std::inner_product(kernel.begin(), kernel.end(), kernel.begin(), 0.0);
    }
    const auto factor = static_cast<float>(strength);
    for (std::size_t start = 0; start < planes.size(); start += noise.size())
        for (std::size_t i = 0; i < noise.size(); ++i)
            planes[start + i] += factor * noise[i];
}

} // namespace fedefm
