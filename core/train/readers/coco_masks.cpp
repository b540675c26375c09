// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/readers/coco_masks_private.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace fedefm {

using nlohmann::json;

namespace {

tl::unexpected<Error> broken(const std::string& detail)
{
    return fail(ErrorCode::InvalidArgument, "segmentation", detail);
}

/// Sets the pixels whose centre lies inside, by the even-odd rule. Coordinates have pixel corners at whole
/// numbers.
void fillPolygon(const std::vector<double>& xy, int width, int height, std::vector<std::uint8_t>& bytes)
{
    const std::size_t count = xy.size() / 2;
    std::vector<double> crossings;
    for (int y = 0; y < height; ++y) {
        const double center = y + 0.5;
        crossings.clear();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t j = (i + 1) % count;
            const double ya = xy[2 * i + 1];
            const double yb = xy[2 * j + 1];
            if ((ya <= center) != (yb <= center))
                crossings.push_back(xy[2 * i] + (center - ya) / (yb - ya) * (xy[2 * j] - xy[2 * i]));
        }
        std::sort(crossings.begin(), crossings.end());
        const auto column = [width](double x) {
            return static_cast<int>(std::ceil(std::clamp(x - 0.5, -1.0, static_cast<double>(width))));
        };
        for (std::size_t k = 0; k + 1 < crossings.size(); k += 2)
            for (int x = std::max(0, column(crossings[k])); x < std::min(width, column(crossings[k + 1]));
                 ++x)
                bytes[static_cast<std::size_t>(y) * width + x] = 1;
    }
}

/// Five bits per character from 48 on, the sixth says that more follow; from the third count on the
/// difference to the count before the last is stored.
Result<std::vector<std::uint32_t>> unpackCounts(const std::string& text)
{
    std::vector<std::uint32_t> counts;
    for (std::size_t at = 0; at < text.size();) {
        std::int64_t value = 0;
        unsigned shift = 0;
        bool hasMore = true;
        while (hasMore) {
            if (at >= text.size() || shift > 30)
                return broken("packed counts end too early");
            const int c = text[at++] - 48;
            if (c < 0 || c > 63)
                return broken("packed counts hold a strange character");
            value |= static_cast<std::int64_t>(c & 31) << shift;
            hasMore = (c & 32) != 0;
            shift += 5;
            if (!hasMore && (c & 16) != 0)
                value |= -(std::int64_t(1) << shift);
        }
        if (counts.size() > 2)
            value += counts[counts.size() - 2];
        if (value < 0 || value > 0xFFFFFFFFLL)
            return broken("packed counts below 0");
        counts.push_back(static_cast<std::uint32_t>(value));
    }
    return counts;
}

Result<RleMask> fromCounts(const json& segmentation, int width, int height)
{
    if (segmentation.contains("size")) {
        const json& size = segmentation["size"];
        if (!size.is_array() || size.size() != 2 || size[0] != height || size[1] != width)
            return fail(ErrorCode::SizeMismatch, "segmentation", "size differs from the picture's");
    }
    std::vector<std::uint32_t> counts;
    if (segmentation["counts"].is_string()) {
        auto unpacked = unpackCounts(segmentation["counts"].get<std::string>());
        if (!unpacked)
            return tl::unexpected(unpacked.error());
        counts = std::move(*unpacked);
    } else if (segmentation["counts"].is_array()) {
        for (const json& count : segmentation["counts"]) {
            if (!count.is_number_unsigned() || count.get<std::uint64_t>() > 0xFFFFFFFFULL)
                return broken("counts must be whole numbers from 0");
            counts.push_back(count.get<std::uint32_t>());
        }
    } else {
        return broken("counts");
    }
    std::uint64_t sum = 0;
    for (const std::uint32_t count : counts)
        sum += count;
    if (sum != static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height))
        return fail(ErrorCode::SizeMismatch, "segmentation", "counts sum to " + std::to_string(sum));
    return RleMask::fromCocoCounts(counts, width, height);
}

} // namespace

Result<RleMask> cocoMask(const json& segmentation, int width, int height)
{
    if (segmentation.is_object() && segmentation.contains("counts"))
        return fromCounts(segmentation, width, height);
    if (!segmentation.is_array())
        return broken("neither polygons nor counts");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(width) * height);
    for (const json& polygon : segmentation) {
        if (!polygon.is_array() || polygon.size() % 2 != 0)
            return broken("a polygon is a list of x, y, x, y …");
        std::vector<double> xy;
        for (const json& number : polygon) {
            if (!number.is_number() || !(std::abs(number.get<double>()) < 1e7))
                return broken("a coordinate is no number");
            xy.push_back(number.get<double>());
        }
        if (xy.size() >= 6)
            fillPolygon(xy, width, height, bytes);
    }
    return RleMask::fromBytes(bytes.data(), width, height);
}

} // namespace fedefm
