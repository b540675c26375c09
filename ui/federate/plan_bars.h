// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/federate/partition/partition.h"

#include <QStringList>
#include <QWidget>

#include <optional>

namespace fedefm {

/// Which silo has how many pictures of which source: a stacked bar per silo, all on one scale.
class SourceBars : public QWidget
{
    Q_OBJECT
public:
    explicit SourceBars(QWidget* parent = nullptr);

    void setReport(const PartitionReport& report, const QStringList& siloNames);
    /// Nothing is known; says why.
    void clear(const QString& hint);

    const std::optional<PartitionReport>& report() const { return m_report; }
    QString hint() const { return m_hint; }
    /// The part of a silo's bar that shows a source; empty without such pictures.
    QRectF partRect(std::size_t silo, std::size_t source) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF barRect(std::size_t silo) const; ///< as long as the largest silo's
    double legendHeight() const;
    double nameWidth() const;
    double textWidth() const; ///< of the text behind the bars
    QString textOf(std::size_t silo) const;
    QString siloName(std::size_t silo) const;
    void paintLegend(QPainter& painter) const;
    std::vector<QRectF> legendPlaces() const;

    std::optional<PartitionReport> m_report;
    QStringList m_names;
    QString m_hint;
};

} // namespace fedefm
