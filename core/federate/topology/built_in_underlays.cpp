// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/underlay.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace fedefm {

namespace {

struct City
{
    const char* name;
    double latitudeDeg;
    double longitudeDeg;
};

// The published networks took whole states for Virginia, California and Oregon, hence their centres.
constexpr std::array<City, 11> kGaia{{{"Virginia", 37.1232, -78.4928},
                                      {"California", 36.7015, -118.7560},
                                      {"Oregon", 43.9793, -120.7373},
                                      {"Dublin", 53.3498, -6.2603},
                                      {"Frankfurt", 50.1106, 8.6821},
                                      {"Tokyo", 35.6828, 139.7595},
                                      {"Seoul", 37.5667, 126.9783},
                                      {"Singapore", 1.3571, 103.8195},
                                      {"Sydney", -33.8548, 151.2165},
                                      {"Mumbai", 18.9388, 72.8353},
                                      {"São Paulo", -23.5507, -46.6334}}};

// San José is where the published network has it: in Costa Rica.
constexpr std::array<City, 22> kAmazon{
    {{"Ashburn", 39.0438, -77.4874},      {"Atlanta", 33.7490, -84.3903},
     {"Boston", 42.3603, -71.0583},       {"Chicago", 41.8756, -87.6244},
     {"Dallas", 32.7763, -96.7969},       {"Denver", 39.7392, -104.9849},
     {"Hayward", 37.6688, -122.0808},     {"Jacksonville", 30.3322, -81.6557},
     {"Los Angeles", 34.0537, -118.2428}, {"Miami", 25.7743, -80.1937},
     {"Minneapolis", 44.9773, -93.2655},  {"Montreal", 45.4972, -73.6104},
     {"New York", 40.7127, -74.0060},     {"Newark", 40.7357, -74.1724},
     {"Palo Alto", 37.4443, -122.1598},   {"Phoenix", 33.4484, -112.0741},
     {"Philadelphia", 39.9527, -75.1635}, {"San José", 9.9325, -84.0796},
     {"Seattle", 47.6038, -122.3301},     {"South Bend", 41.6834, -86.2500},
     {"Saint Louis", 38.6530, -90.2411},  {"Toronto", 43.6535, -79.3839}}};

template <std::size_t Count> Underlay fullMesh(const char* name, const std::array<City, Count>& cities)
{
    Underlay underlay;
    underlay.name = name;
    for (const City& city : cities)
        underlay.nodes.push_back({city.name, city.latitudeDeg, city.longitudeDeg});
    for (std::size_t a = 0; a < Count; ++a)
        for (std::size_t b = a + 1; b < Count; ++b)
            underlay.links.push_back(
                {static_cast<int>(a), static_cast<int>(b), geodesicKm(underlay.nodes[a], underlay.nodes[b])});
    return underlay;
}

double square(double value)
{
    return value * value;
}

} // namespace

double geodesicKm(const UnderlayNode& a, const UnderlayNode& b)
{
    constexpr double kEquatorKm = 6378.137;
    constexpr double kFlattening = 1.0 / 298.257223563;
    constexpr double kRadians = 3.14159265358979323846 / 180.0;
    const auto reduced = [](const UnderlayNode& node) {
        return std::atan((1.0 - kFlattening) * std::tan(node.latitudeDeg.value_or(0.0) * kRadians));
    };
    const double first = reduced(a);
    const double second = reduced(b);
    const double turn = (b.longitudeDeg.value_or(0.0) - a.longitudeDeg.value_or(0.0)) * kRadians;
    const double haversine = square(std::sin((second - first) / 2.0)) +
                             std::cos(first) * std::cos(second) * square(std::sin(turn / 2.0));
    constexpr double kSamePlace = 1e-24;
    if (haversine < kSamePlace)
        return 0.0;
    constexpr double kAntipodes = 1.0 - 1e-12;
    const double angle = 2.0 * std::asin(std::sqrt(std::min(haversine, kAntipodes)));
    const double mean = (first + second) / 2.0;
    const double half = (second - first) / 2.0;
    const double x =
        (angle - std::sin(angle)) * square(std::sin(mean) * std::cos(half) / std::cos(angle / 2.0));
    const double y =
        (angle + std::sin(angle)) * square(std::cos(mean) * std::sin(half) / std::sin(angle / 2.0));
    return kEquatorKm * (angle - kFlattening / 2.0 * (x + y));
}

std::vector<std::string> builtInUnderlayNames()
{
    return {"gaia", "amazon"};
}

std::optional<Underlay> builtInUnderlay(const std::string& name)
{
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "gaia")
        return fullMesh("gaia", kGaia);
    // The second is what the published file is called.
    if (lower == "amazon" || lower == "amazon_us")
        return fullMesh("amazon", kAmazon);
    return std::nullopt;
}

} // namespace fedefm
