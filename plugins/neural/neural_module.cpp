// SPDX-License-Identifier: GPL-3.0-or-later
// Networks as segmenters: weights or a TorchScript archive with their card NAME.json in a model folder, or
// any such file by path.
#include "core/base/version.h"
#include "core/model/checkpoint/model_files.h"
#include "core/model/model_card.h"
#include "core/plugin/module.h"
#include "plugins/neural/backend/backend.h"

#include <algorithm>
#include <dlfcn.h>
#include <set>

namespace fs = std::filesystem;

namespace {

using namespace fedefm;

fs::path thisModule()
{
    Dl_info info{};
    dladdr(reinterpret_cast<const void*>(&thisModule), &info);
    return info.dli_fname ? fs::path(info.dli_fname) : fs::path();
}

fs::path backendFile()
{
    return thisModule().parent_path().parent_path() / "backends" / "fedefm_neural_backend.so";
}

/// The back end stays loaded: LibTorch does not survive being unloaded.
Result<OpenNeuralModel> backend()
{
    const fs::path file = backendFile();
    void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return fail(ErrorCode::ModuleBroken, file.string(), dlerror());
    auto* symbol = reinterpret_cast<OpenNeuralModel>(dlsym(handle, kOpenNeuralModel));
    if (!symbol)
        return fail(ErrorCode::ModuleAbi, file.string(), "no entry point");
    return symbol;
}

Result<std::unique_ptr<Segmenter>> openModel(const fs::path& file)
{
    std::error_code code;
    if (!fs::is_regular_file(file, code))
        return fail(ErrorCode::FileNotFound, file.string());
    const auto open = backend();
    if (!open)
        return tl::unexpected(open.error());
    Result<std::unique_ptr<Segmenter>> result = fail(ErrorCode::Internal, file.string());
    (*open)(file, modelCardText(file), result);
    return result;
}

bool isModelFile(const fs::path& file)
{
    const auto& known = modelExtensions();
    return std::find(known.begin(), known.end(), file.extension()) != known.end();
}

std::vector<fs::path> modelFiles(const fs::path& folder)
{
    std::error_code code;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, code))
        if (isModelFile(entry.path()))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

void load(ModuleContents& contents)
{
    for (const std::string& extension : modelExtensions())
        contents.modelFiles.emplace_back(extension, openModel);
    contents.modelFiles.emplace_back(".pth", openModel);
    // The back end is a package of its own; models that nothing can run are not offered.
    std::error_code code;
    if (!fs::is_regular_file(backendFile(), code))
        return;
    std::set<std::string> known;
    for (const fs::path& folder : modelFolders(thisModule().parent_path() / "../../../share/fedefm/models"))
        for (const fs::path& file : modelFiles(folder)) {
            const ModelCard card = parseModelCard(modelCardText(file), file.stem().string()).card;
            // The folder that is named first wins.
            if (known.insert(card.id).second)
                contents.segmenters.emplace_back(card, [file] { return openModel(file); });
        }
}

} // namespace

FEDEFM_MODULE("neural", fedefm::kVersion, "Networks as segmenters (LibTorch)", load)
