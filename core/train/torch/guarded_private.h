// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/library_message.h"
#include "core/base/result.h"
#include "core/model/torch/torch_private.h"

#include <new>

namespace fedefm {

/// LibTorch throws; its message without the stack is enough for a user. `subject` is what was at work.
template <typename Work> auto guarded(const char* subject, const Work& work) -> decltype(work())
{
    try {
        return work();
    } catch (const c10::Error& error) {
        return fail(ErrorCode::ModelBroken, subject, libraryMessage(error.what_without_backtrace()));
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::OutOfMemory, subject);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, subject, exception.what());
    }
}

} // namespace fedefm
