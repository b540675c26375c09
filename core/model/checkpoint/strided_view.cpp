// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/checkpoint_private.h"

#include <cstring>

namespace fedefm {

namespace {

bool isContiguous(const StridedView& view)
{
    std::int64_t expected = 1;
    for (std::size_t i = view.shape.size(); i > 0; --i) {
        if (view.shape[i - 1] != 1 && view.strides[i - 1] != expected)
            return false;
        expected *= view.shape[i - 1];
    }
    return true;
}

/// Index of the last element, or nothing when it lies outside of `count` elements.
bool liesInside(const StridedView& view, std::size_t count)
{
    std::int64_t last = view.offset;
    for (std::size_t i = 0; i < view.shape.size(); ++i) {
        std::int64_t reach = 0;
        if (view.strides[i] < 0 || __builtin_mul_overflow(view.shape[i] - 1, view.strides[i], &reach) ||
            __builtin_add_overflow(last, reach, &last))
            return false;
    }
    return view.offset >= 0 && static_cast<std::uint64_t>(last) < count;
}

/// Copies element by element in row-major order; an odometer over all but the last dimension.
template <std::size_t Size>
void copyElements(const StridedView& view, const std::byte* source, std::byte* target, std::size_t count)
{
    const std::size_t last = view.shape.size() - 1;
    std::vector<std::int64_t> index(view.shape.size());
    std::int64_t position = view.offset;
    for (std::size_t done = 0; done < count;) {
        for (std::int64_t i = 0; i < view.shape[last]; ++i, ++done, target += Size)
            std::memcpy(target, source + static_cast<std::size_t>(position + i * view.strides[last]) * Size,
                        Size);
        for (std::size_t d = last; d > 0; --d) {
            position += view.strides[d - 1];
            if (++index[d - 1] < view.shape[d - 1])
                break;
            position -= view.shape[d - 1] * view.strides[d - 1];
            index[d - 1] = 0;
        }
    }
}

} // namespace

Result<StoredTensor> viewTensor(DType type, const StridedView& view, const ByteView& storage,
                                ByteBudget& budget, const std::string& subject)
{
    const std::size_t width = bytesPerElement(type);
    const auto byteCount = checkedByteCount(type, view.shape);
    if (!byteCount || view.shape.size() != view.strides.size())
        return fail(ErrorCode::ModelBroken, subject, "a tensor with an impossible shape");
    if (*byteCount == 0)
        return tensorOver(type, view.shape, ByteView{storage.data, 0, storage.owner}, subject);
    if (!liesInside(view, storage.size / width))
        return fail(ErrorCode::ModelBroken, subject, "a tensor lies outside of its storage");
    // Views cost nothing here, but those who take the tensors copy them, and a pickle can name one many
    // times.
    if (auto allowed = budget.spend(*byteCount, subject); !allowed)
        return tl::unexpected(allowed.error());
    if (isContiguous(view))
        return tensorOver(type, view.shape,
                          storage.part(static_cast<std::size_t>(view.offset) * width, *byteCount), subject);
    const auto copy = allocateBytes(*byteCount);
    if (!copy)
        return fail(ErrorCode::OutOfMemory, subject);
    const auto copyAll = width == 8   ? copyElements<8>
                         : width == 4 ? copyElements<4>
                         : width == 2 ? copyElements<2>
                                      : copyElements<1>;
    copyAll(view, storage.data, copy.get(), *byteCount / width);
    return tensorOver(type, view.shape, ByteView{copy.get(), *byteCount, copy}, subject);
}

} // namespace fedefm
