// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace fedefm {

/// Lets lists, sliders and boxes keep the keys that move inside them while they have the focus, although the
/// window binds the same keys (arrows step frames when the picture has the focus). Install on the
/// application.
class NavigationGuard : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override;
};

} // namespace fedefm
