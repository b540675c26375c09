// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/same_file.h"
#include "core/train/data/split.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

struct Place
{
    std::size_t part;
    std::size_t index;
    int frame;
};

/// The pictures of all parts by their files, then by what the files hold.
class FileComparison
{
public:
    explicit FileComparison(const std::vector<DatasetPtr>& parts) : m_parts(parts)
    {
        for (std::size_t part = 0; part < parts.size(); ++part)
            for (std::size_t index = 0; index < parts[part]->size(); ++index) {
                const PictureOrigin origin = parts[part]->originOf(index);
                if (!origin.file.empty())
                    m_files[origin.file.lexically_normal()].push_back({part, index, origin.frame});
            }
    }

    FileLeaks run()
    {
        for (const auto& file : m_files)
            report({&file.second});
        const auto alike = filesOfOneSketch();
        for (const auto& group : alike)
            compareGroup(group);
        return std::move(m_result);
    }

private:
    using Files = std::map<fs::path, std::vector<Place>>;
    using Group = std::vector<Files::const_iterator>;

    /// Groups of files that may be the same, those of one part alone left out.
    std::vector<Group> filesOfOneSketch()
    {
        // A size that one part alone has needs no look into the file.
        std::unordered_map<std::uintmax_t, std::vector<Files::const_iterator>> bySize;
        for (auto file = m_files.cbegin(); file != m_files.cend(); ++file) {
            std::error_code code;
            const std::uintmax_t size = fs::file_size(file->first, code);
            if (code)
                ++m_result.unread;
            else
                bySize[size].push_back(file);
        }
        std::vector<Group> groups;
        for (const auto& sized : bySize) {
            if (!isInSeveralParts(sized.second))
                continue;
            std::unordered_map<std::uint64_t, Group> byHash;
            for (const auto& file : sized.second) {
                if (const auto sketch = sketchOf(file->first))
                    byHash[sketch->hash].push_back(file);
                else
                    ++m_result.unread;
            }
            for (auto& hashed : byHash)
                if (isInSeveralParts(hashed.second))
                    groups.push_back(std::move(hashed.second));
        }
        // Maps of hashes have no order of their own; what is reported must not change from run to run.
        std::sort(groups.begin(), groups.end(),
                  [](const Group& a, const Group& b) { return a.front()->first < b.front()->first; });
        return groups;
    }

    static bool isInSeveralParts(const Group& files)
    {
        const std::size_t first = files.front()->second.front().part;
        for (const auto& file : files)
            for (const Place& place : file->second)
                if (place.part != first)
                    return true;
        return false;
    }

    void compareGroup(Group files)
    {
        while (files.size() > 1) {
            const auto first = files.front();
            std::vector<const std::vector<Place>*> same{&first->second};
            Group others;
            for (auto file = files.begin() + 1; file != files.end(); ++file) {
                if (haveSameBytes(first->first, (*file)->first))
                    same.push_back(&(*file)->second);
                else
                    others.push_back(*file);
            }
            if (same.size() > 1)
                report(same);
            files = std::move(others);
        }
    }

    /// `files` hold the same: equal frames of them in different parts are leaks.
    void report(const std::vector<const std::vector<Place>*>& files)
    {
        std::map<int, Place> firstOf;
        for (const std::vector<Place>* places : files)
            for (const Place& place : *places) {
                const auto [first, isNew] = firstOf.emplace(place.frame, place);
                if (!isNew && first->second.part != place.part)
                    m_result.leaks.push_back({nameOf(first->second), nameOf(place)});
            }
    }

    std::string nameOf(const Place& place) const { return m_parts[place.part]->sampleInfo(place.index).id; }

    const std::vector<DatasetPtr>& m_parts;
    Files m_files;
    FileLeaks m_result;
};

} // namespace

FileLeaks findFileLeaks(const std::vector<DatasetPtr>& parts)
{
    return FileComparison(parts).run();
}

} // namespace fedefm
