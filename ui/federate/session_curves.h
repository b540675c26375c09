// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/federate/session_snapshot.h"
#include "ui/train/curve_book.h"
#include "ui/train/curve_export.h"
#include "ui/train/curve_plot.h"

#include <QStringList>
#include <QWidget>

#include <map>

namespace fedefm {

class CurveBar;

/// Metrics of one session as curves of many: "loss/silo_3" is the curve "loss" of silo 3, "merged/accuracy"
/// the curve "accuracy" of the merged model. Mean and range over the silos come with them.
class SiloCurveBook
{
public:
    /// What the plots call a metric of the run store, and whose it is; an empty name: not for plots.
    struct Place
    {
        QString owner; ///< "silo_3", "merged", "session"
        QString metric;
    };
    static Place placeOf(const QString& storeName);

    void apply(const std::vector<CurveUpdate>& updates);
    void clear();
    const CurveBook& book() const { return m_book; }

private:
    struct Spread
    {
        double sum = 0.0;
        double lowest = 0.0;
        double highest = 0.0;
        int count = 0;
        MetricPoint at;
    };
    void spread(const QString& metric);

    CurveBook m_book;
    std::map<QString, QStringList> m_silosOf; ///< by metric
};

/// Two plots beside the topology: quality of the merged and the silos' own models, and loss per silo with
/// mean and range.
class SessionCurves : public QWidget
{
    Q_OBJECT
public:
    explicit SessionCurves(QWidget* parent = nullptr);

    void setSession(const SessionSnapshotPtr& session);
    void setMetrics(const QStringList& storeNames);
    QStringList wantedMetrics() const; ///< names of the run store
    void apply(const std::vector<CurveUpdate>& updates);
    CurvePlot* plot(int index) const { return index == 0 ? m_quality : m_loss; }
    void setView(const CurveView& view);
    const CurveView& view() const { return m_view; }
    void resetZoom();
    /// The plots on show, for an export.
    CurvePage page() const;

Q_SIGNALS:
    void wantedChanged();
    void exportWanted(const QString& kind); ///< "csv", "png", "pdf"

private:
    void chooseGroups();

    SiloCurveBook m_book;
    CurveBar* m_bar;
    CurvePlot* m_quality;
    CurvePlot* m_loss;
    CurveView m_view;
    std::vector<ShownRun> m_shown; ///< silos, merged model, mean and edges of the band
    QStringList m_storeNames;
    QString m_session;
    int m_silos = -1;
    std::string m_measure;
    bool m_isChosen = false; ///< the user has chosen a group: it stays
};

} // namespace fedefm
