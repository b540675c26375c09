// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint/checkpoint_private.h"

namespace fedefm {

inline constexpr std::string_view kNpyMagic("\x93NUMPY", 6);

/// An array of NumPy's .npy form, versions 1 to 3, both orders of dimensions and of bytes. Nothing for arrays
/// of text, which stand beside tensors here and there. Errors: ModelBroken (header, truncated, element type),
/// TooLarge.
Result<std::optional<StoredTensor>> readNpy(const ByteView& bytes, ByteBudget& budget,
                                            const std::string& subject);

} // namespace fedefm
