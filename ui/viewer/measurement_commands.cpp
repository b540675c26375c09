// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewer/measurement_commands.h"

namespace fedefm {

MeasurementsCommand::MeasurementsCommand(SeriesDocument& document, std::vector<Measurement> after,
                                         const QString& text)
    : QUndoCommand(text), m_document(document), m_before(document.m_measurements), m_after(std::move(after))
{
}

void MeasurementsCommand::undo()
{
    apply(m_before);
}

void MeasurementsCommand::redo()
{
    apply(m_after);
}

void MeasurementsCommand::apply(const std::vector<Measurement>& list)
{
    m_document.m_measurements = list;
    Q_EMIT m_document.changed(SeriesDocument::Measurements);
}

CalibrationCommand::CalibrationCommand(SeriesDocument& document, std::optional<PixelSpacing> after,
                                       const QString& text)
    : QUndoCommand(text), m_document(document), m_before(document.m_userSpacing), m_after(after)
{
}

void CalibrationCommand::undo()
{
    apply(m_before);
}

void CalibrationCommand::redo()
{
    apply(m_after);
}

void CalibrationCommand::apply(const std::optional<PixelSpacing>& spacing)
{
    m_document.m_userSpacing = spacing;
    Q_EMIT m_document.changed(SeriesDocument::Measurements);
}

} // namespace fedefm
