// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/dicom_reader.h"
#include "core/dicom/dicom_tags.h"

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
    if (const auto sequence = fedefm::openDicom(path)) {
        const int frames = (*sequence)->info().frameCount;
        for (int i = 0; i < frames && i < 2; ++i)
            (void)(*sequence)->read(i);
        (void)(*sequence)->read(frames - 1);
    }
    (void)fedefm::readTags(path);
    return 0;
}
