// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewer/series_document.h"

#include <QUndoCommand>

namespace fedefm {

/// The list of measurements before and after one edit; lists are short, so whole copies are the simplest
/// truth.
class MeasurementsCommand final : public QUndoCommand
{
public:
    MeasurementsCommand(SeriesDocument& document, std::vector<Measurement> after, const QString& text);
    void undo() override;
    void redo() override;

private:
    void apply(const std::vector<Measurement>& list);

    SeriesDocument& m_document;
    std::vector<Measurement> m_before;
    std::vector<Measurement> m_after;
};

class CalibrationCommand final : public QUndoCommand
{
public:
    CalibrationCommand(SeriesDocument& document, std::optional<PixelSpacing> after, const QString& text);
    void undo() override;
    void redo() override;

private:
    void apply(const std::optional<PixelSpacing>& spacing);

    SeriesDocument& m_document;
    std::optional<PixelSpacing> m_before;
    std::optional<PixelSpacing> m_after;
};

} // namespace fedefm
