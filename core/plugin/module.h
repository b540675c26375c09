// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/sequence.h"
#include "core/model/segmenter.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedefm {

/// Raised whenever a type that crosses the module boundary changes.
inline constexpr std::uint32_t kModuleAbi = 2;

/// Opens files that core does not know (video files, frame grabbers).
class ImageSourceFactory
{
public:
    virtual ~ImageSourceFactory() = default;
    virtual std::string name() const = 0;
    /// Extensions with dot and lower case, for dialogs and drops, e.g. ".avi".
    virtual std::vector<std::string> extensions() const = 0;
    /// Cheap check by name and first bytes.
    virtual bool canOpen(const std::filesystem::path& path) const = 0;
    virtual Result<SequencePtr> open(const std::filesystem::path& path) const = 0;
};

/// Receives pictures one by one and makes a film of them.
class FilmWriter
{
public:
    virtual ~FilmWriter() = default;
    /// Interleaved RGB, width·height·3 bytes, of the size given at creation.
    virtual Status add(const std::uint8_t* rgb) = 0;
    /// Completes the file; without it nothing appears under the target name.
    virtual Status finish() = 0;
};

class FilmWriterFactory
{
public:
    virtual ~FilmWriterFactory() = default;
    virtual std::vector<std::string> extensions() const = 0; ///< e.g. ".mp4"
    /// Odd sizes are padded by one pixel. Errors: FileExists, InvalidArgument, WriteFailed.
    virtual Result<std::unique_ptr<FilmWriter>> create(const std::filesystem::path& target, int widthPx,
                                                       int heightPx, double fps, bool overwrite) const = 0;
};

/// What a module hands over; everything is optional.
struct ModuleContents
{
    std::vector<std::shared_ptr<const ImageSourceFactory>> imageSources;
    std::vector<std::shared_ptr<const FilmWriterFactory>> filmWriters;
    std::vector<std::pair<ModelCard, SegmenterRegistry::Factory>> segmenters;
    std::vector<std::pair<std::string, SegmenterRegistry::FileOpener>>
        modelFiles; ///< by extension, e.g. ".pt"
};

/// The one C symbol of a module: `fedefm_module`. Plain data first, so that a module of another ABI can be
/// refused before any C++ type of it is touched.
struct ModuleDescriptor
{
    std::uint32_t abi;   ///< kModuleAbi
    const char* buildId; ///< FEDEFM_MODULE_BUILD_ID of the module's build
    const char* name;
    const char* version;
    const char* description;
    void (*load)(ModuleContents& contents);
};

/// Compiler and C++ library of this build; modules of another one are refused.
#define FEDEFM_MODULE_BUILD_ID "fedefm-" __VERSION__

#define FEDEFM_MODULE(name, version, description, loadFunction)                                              \
    extern "C" {                                                                                             \
    extern __attribute__((visibility("default"))) const ::fedefm::ModuleDescriptor fedefm_module;            \
    const ::fedefm::ModuleDescriptor fedefm_module{                                                          \
        ::fedefm::kModuleAbi, FEDEFM_MODULE_BUILD_ID, name, version, description, loadFunction};             \
    }

} // namespace fedefm
