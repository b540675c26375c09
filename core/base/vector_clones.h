// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The compiler makes a version of a loop for each width of vectors; the machine's widest runs.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define FEDEFM_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FEDEFM_VECTOR_CLONES
#endif
