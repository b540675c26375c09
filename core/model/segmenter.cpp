// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/segmenter.h"

#include "core/base/nearest_name.h"

#include <algorithm>

namespace fedefm {

const char* wireClassName(WireClass wireClass)
{
    switch (wireClass) {
    case WireClass::Background:
        return "background";
    case WireClass::Catheter:
        return "catheter";
    case WireClass::Guidewire:
        return "guidewire";
    }
    return "background";
}

namespace {

struct NamedRole
{
    ModelRole role;
    const char* name;
};

constexpr NamedRole kRoles[] = {{ModelRole::Choice, "choice"},
                                {ModelRole::Live, "live"},
                                {ModelRole::Offline, "offline"},
                                {ModelRole::Foundation, "foundation"}};

} // namespace

const char* modelRoleName(ModelRole role)
{
    for (const NamedRole& entry : kRoles)
        if (entry.role == role)
            return entry.name;
    return kRoles[0].name;
}

ModelRole modelRoleNamed(const std::string& name)
{
    for (const NamedRole& entry : kRoles)
        if (name == entry.name)
            return entry.role;
    return ModelRole::Choice;
}

const RleMask* Segmentation::mask(WireClass wireClass) const
{
    for (const ClassMask& entry : masks)
        if (entry.wireClass == wireClass)
            return &entry.mask;
    return nullptr;
}

std::vector<std::uint8_t> Segmentation::labelImage() const
{
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(width) * height, 0);
    for (const WireClass wireClass : {WireClass::Catheter, WireClass::Guidewire})
        if (const RleMask* found = mask(wireClass))
            found->paint(labels.data(), static_cast<std::uint8_t>(wireClass));
    return labels;
}

double Segmentation::foundLengthPx(WireClass wireClass) const
{
    double sum = 0.0;
    for (const WireCurve& curve : curves)
        if (curve.wireClass == wireClass)
            sum += lengthPx(curve.points);
    return sum;
}

void SegmenterRegistry::add(ModelCard card, Factory factory)
{
    m_entries.push_back({std::move(card), std::move(factory)});
}

void SegmenterRegistry::remove(const std::string& id)
{
    m_entries.erase(std::remove_if(m_entries.begin(), m_entries.end(),
                                   [&](const Entry& entry) { return entry.card.id == id; }),
                    m_entries.end());
}

std::vector<ModelCard> SegmenterRegistry::cards() const
{
    std::vector<ModelCard> cards;
    for (const Entry& entry : m_entries)
        cards.push_back(entry.card);
    return cards;
}

bool SegmenterRegistry::hasModel(const std::string& id) const
{
    return std::any_of(m_entries.begin(), m_entries.end(),
                       [&](const Entry& entry) { return entry.card.id == id; });
}

void SegmenterRegistry::addFileOpener(std::string extension, FileOpener opener)
{
    m_openers.emplace_back(std::move(extension), std::move(opener));
}

std::vector<std::string> SegmenterRegistry::fileExtensions() const
{
    std::vector<std::string> extensions;
    for (const auto& [extension, opener] : m_openers)
        extensions.push_back(extension);
    return extensions;
}

Result<std::unique_ptr<Segmenter>> SegmenterRegistry::create(const std::string& id) const
{
    for (const auto& [extension, opener] : m_openers)
        if (std::filesystem::path(id).extension() == extension)
            return opener(id);
    std::vector<std::string> known;
    for (const Entry& entry : m_entries) {
        if (entry.card.id == id)
            return entry.factory();
        known.push_back(entry.card.id);
    }
    return fail(ErrorCode::ModelNotFound, id,
                known.empty() ? "none is installed" : "nearest: " + nearestName(id, known));
}

std::string SegmenterRegistry::defaultId(ModelRole role) const
{
    for (const Entry& entry : m_entries)
        if (entry.card.role == role)
            return entry.card.id;
    return m_entries.empty() ? std::string() : m_entries.front().card.id;
}

} // namespace fedefm
