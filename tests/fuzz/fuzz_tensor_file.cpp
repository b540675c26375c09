// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/tensor_file.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

/// The reader takes paths, so each input becomes an anonymous file in memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const int descriptor = memfd_create("fuzz", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    const auto file = fedefm::readTensorFile(path);
    if (!file)
        return 0;
    static volatile unsigned sum = 0; // every byte that was promised is read
    for (const auto& [name, tensor] : file->tensors)
        for (std::size_t i = 0; i < tensor.byteCount(); ++i)
            sum = sum + std::to_integer<unsigned>(tensor.data[i]);
    return 0;
}
