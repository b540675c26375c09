// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace fedefm {

/// "Research use only: not for diagnosis", wherever pictures are on the screen.
class ResearchLine : public QLabel
{
    Q_OBJECT
public:
    explicit ResearchLine(QWidget* parent = nullptr);
};

} // namespace fedefm
