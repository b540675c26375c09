// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/segmenter.h"

#include <algorithm>
#include <numeric>

namespace fedefm {

namespace {

std::size_t editDistance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row.back();
}

} // namespace

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
    const Entry* nearest = nullptr;
    for (const Entry& entry : m_entries) {
        if (entry.card.id == id)
            return entry.factory();
        if (!nearest || editDistance(entry.card.id, id) < editDistance(nearest->card.id, id))
            nearest = &entry;
    }
    return fail(ErrorCode::ModelNotFound, id, nearest ? "nearest: " + nearest->card.id : "none is installed");
}

std::string SegmenterRegistry::defaultId(ModelRole role) const
{
    for (const Entry& entry : m_entries)
        if (entry.card.role == role)
            return entry.card.id;
    return m_entries.empty() ? std::string() : m_entries.front().card.id;
}

} // namespace fedefm
