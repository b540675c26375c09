// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/picture_view.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fedefm {

/// [{"scale": 0.75, "mirror": "x"}, …]: a scale of 0.25 to 4 (default 1), mirror "", "x", "y" or "xy".
/// Nothing when it is not such a list of at most 16.
inline std::optional<std::vector<PictureView>> parsePictureViews(const nlohmann::json& list)
{
    if (!list.is_array() || list.size() > static_cast<std::size_t>(PictureView::kMost))
        return std::nullopt;
    std::vector<PictureView> views;
    for (const nlohmann::json& item : list) {
        if (!item.is_object())
            return std::nullopt;
        PictureView view;
        for (const auto& [key, value] : item.items())
            if (key == "scale" && value.is_number())
                view.scale = value.get<double>();
            else if (key == "mirror" && (value == "" || value == "x" || value == "y" || value == "xy")) {
                const auto axes = value.get<std::string>();
                view.isMirroredX = axes.find('x') != std::string::npos;
                view.isMirroredY = axes.find('y') != std::string::npos;
            } else
                return std::nullopt;
        if (!(view.scale >= PictureView::kLeastScale && view.scale <= PictureView::kMostScale))
            return std::nullopt;
        views.push_back(view);
    }
    return views;
}

inline nlohmann::json toJson(const std::vector<PictureView>& views)
{
    nlohmann::json list = nlohmann::json::array();
    for (const PictureView& view : views)
        list.push_back(
            {{"scale", view.scale},
             {"mirror", std::string(view.isMirroredX ? "x" : "") + (view.isMirroredY ? "y" : "")}});
    return list;
}

} // namespace fedefm
