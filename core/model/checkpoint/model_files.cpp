// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/model_files.h"

#include "core/base/atomic_file.h"
#include "core/base/json_text.h"
#include "core/model/checkpoint/tensor_file.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

namespace fs = std::filesystem;

namespace fedefm {

namespace {

constexpr std::size_t kMaxCardBytes = 1 << 20;
constexpr const char* kCardKey = "fedefm.card";

} // namespace

std::string modelCardText(const fs::path& file)
{
    if (const auto beside = readFile(fs::path(file).replace_extension(".json"), kMaxCardBytes))
        return *beside;
    if (file.extension() != ".safetensors")
        return {};
    const auto weights = readTensorFile(file);
    if (!weights || weights->metadata.count(kCardKey) == 0)
        return {};
    nlohmann::json card = parseForeignJson(weights->metadata.at(kCardKey));
    if (!card.is_object())
        return {};
    card["id"] = card["name"] = file.stem().string();
    return card.dump();
}

fs::path userModelsFolder()
{
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
        return fs::path(data) / "fedefm" / "models";
    if (const char* home = std::getenv("HOME"); home && *home)
        return fs::path(home) / ".local" / "share" / "fedefm" / "models";
    return {};
}

std::vector<fs::path> modelFolders(const fs::path& own)
{
    std::vector<fs::path> folders;
    if (const char* given = std::getenv("FEDEFM_MODEL_PATH")) {
        std::istringstream list(given);
        for (std::string folder; std::getline(list, folder, ':');)
            folders.emplace_back(folder);
    }
    if (const fs::path users = userModelsFolder(); !users.empty())
        folders.push_back(users);
    folders.emplace_back("/usr/share/fedefm/models");
    folders.push_back(own);
    return folders;
}

const std::vector<std::string>& modelExtensions()
{
    static const std::vector<std::string> extensions{".safetensors", ".pt", ".ts", ".torchscript"};
    return extensions;
}

fs::path modelFileNamed(const std::string& name, const std::vector<fs::path>& folders)
{
    std::error_code ignored;
    if (name.empty() || name.find('/') != std::string::npos)
        return {};
    for (const fs::path& folder : folders)
        for (const std::string& extension : modelExtensions())
            if (fs::path file = folder / (name + extension); fs::is_regular_file(file, ignored))
                return file;
    return {};
}

} // namespace fedefm
