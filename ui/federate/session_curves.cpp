// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/session_curves.h"

#include "core/federate/plan.h"
#include "ui/train/curve_bar.h"
#include "ui/train/metric_groups.h"

#include <QSet>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace fedefm {

namespace {

const QString kMerged = QStringLiteral("merged");
const QString kWhole = QStringLiteral("session");
const QString kMean = QStringLiteral("mean");
const QString kLowest = QStringLiteral("lowest");
const QString kHighest = QStringLiteral("highest");
const QString kSilo = QStringLiteral("silo_");
/// Neither a silo's colour nor one of the data.
const QColor kMergedColor(0xE6, 0xE9, 0xEC);
constexpr int kMostSiloLines = 60; ///< beyond them mean and range alone tell more

bool isSilo(const QString& owner)
{
    bool isNumber = false;
    owner.mid(kSilo.size()).toInt(&isNumber);
    return owner.startsWith(kSilo) && isNumber;
}

} // namespace

SiloCurveBook::Place SiloCurveBook::placeOf(const QString& storeName)
{
    const QString first = storeName.section(QLatin1Char('/'), 0, 0);
    const QString rest = storeName.section(QLatin1Char('/'), 1);
    // The loss on test pictures is no training loss.
    const QString measured = rest == QLatin1String("loss") ? QStringLiteral("test loss") : rest;
    if (isSilo(first))
        return {first, measured};
    if (isSilo(rest))
        return {rest, first};
    if (first == kMerged)
        return {kMerged, measured};
    // The scores have a view of their own, and there are as many as pairs of silos.
    for (const char* passed : {"emd", "cycle_time_ms", "exchange_ms", "train"})
        if (first == QLatin1String(passed))
            return {};
    return {kWhole, QString(storeName).replace(QLatin1Char('/'), QLatin1Char(' '))};
}

void SiloCurveBook::clear()
{
    for (const QString& owner : {kMerged, kWhole, kMean, kLowest, kHighest})
        m_book.forget(owner);
    for (const auto& [metric, silos] : m_silosOf)
        for (const QString& silo : silos)
            m_book.forget(silo);
    m_silosOf.clear();
}

void SiloCurveBook::apply(const std::vector<CurveUpdate>& updates)
{
    QSet<QString> changed;
    for (const CurveUpdate& update : updates) {
        const Place place = placeOf(update.metric);
        if (place.metric.isEmpty())
            continue;
        m_book.apply({place.owner, place.metric, update.replaces, update.points});
        if (!isSilo(place.owner))
            continue;
        QStringList& silos = m_silosOf[place.metric];
        if (!silos.contains(place.owner))
            silos << place.owner;
        changed.insert(place.metric);
    }
    for (const QString& metric : changed)
        spread(metric);
}

void SiloCurveBook::spread(const QString& metric)
{
    std::map<std::int64_t, Spread> bySteps;
    for (const QString& silo : m_silosOf[metric]) {
        const CurveBook::Curve* curve = m_book.find(silo, metric);
        for (const MetricPoint& point : curve ? curve->points : std::vector<MetricPoint>()) {
            if (!std::isfinite(point.value))
                continue;
            Spread& at = bySteps[point.step];
            at.at = point;
            at.lowest = at.count == 0 ? point.value : std::min(at.lowest, point.value);
            at.highest = at.count == 0 ? point.value : std::max(at.highest, point.value);
            at.sum += point.value;
            ++at.count;
        }
    }
    CurveUpdate mean{kMean, metric, true, {}}, lowest{kLowest, metric, true, {}},
        highest{kHighest, metric, true, {}};
    for (const auto& [step, at] : bySteps) {
        const auto add = [&point = at.at](CurveUpdate& update, double value) {
            update.points.push_back(point);
            update.points.back().value = value;
        };
        add(mean, at.sum / at.count);
        add(lowest, at.lowest);
        add(highest, at.highest);
    }
    for (const CurveUpdate& update : {mean, lowest, highest})
        m_book.apply(update);
}

SessionCurves::SessionCurves(QWidget* parent)
    : QWidget(parent), m_bar(new CurveBar(CurveBar::Counts::Rounds, this)),
      m_quality(new CurvePlot(tr("quality over rounds"), this)),
      m_loss(new CurvePlot(tr("loss over rounds"), this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(m_bar);
    connect(m_bar, &CurveBar::viewChosen, this, &SessionCurves::setView);
    connect(m_bar, &CurveBar::wholeWanted, this, &SessionCurves::resetZoom);
    connect(m_bar, &CurveBar::exportWanted, this, &SessionCurves::exportWanted);
    for (CurvePlot* plot : {m_quality, m_loss}) {
        plot->setWords(tr("round"), tr("band: range over silos"));
        column->addWidget(plot, 1);
        connect(plot, &CurvePlot::groupChosen, this, [this] {
            m_isChosen = true;
            Q_EMIT wantedChanged();
        });
        connect(plot, &CurvePlot::hovered, this, [this](double x) {
            for (CurvePlot* each : {m_quality, m_loss})
                each->setCrossHair(x);
        });
        connect(plot, &CurvePlot::maximiseWanted, this, [this, plot] {
            CurvePlot* other = plot == m_quality ? m_loss : m_quality;
            other->setVisible(other->isHidden());
        });
    }
    CurveView first;
    first.smoothing = 0;
    setView(first);
    m_bar->setExportEnabled(false);
}

void SessionCurves::setView(const CurveView& view)
{
    m_view = view;
    m_bar->setView(view);
    for (CurvePlot* plot : {m_quality, m_loss})
        plot->setView(view);
}

void SessionCurves::resetZoom()
{
    for (CurvePlot* plot : {m_quality, m_loss})
        plot->resetZoom();
}

CurvePage SessionCurves::page() const
{
    CurvePage page{{}, {}, font()};
    for (CurvePlot* plot : {m_quality, m_loss})
        if (!plot->isHidden())
            page.plots.push_back(plot);
    // The band's edges have no line of their own.
    std::copy_if(m_shown.begin(), m_shown.end(), std::back_inserter(page.legend),
                 [](const ShownRun& run) { return run.bandTo.isEmpty(); });
    return page;
}

void SessionCurves::setSession(const SessionSnapshotPtr& session)
{
    const QString id = session ? QString::fromStdString(session->summary.id) : QString();
    const int silos = session ? session->siloCount() : 0;
    if (id != m_session) {
        m_book.clear();
        m_storeNames.clear();
        m_isChosen = false;
    }
    if (id == m_session && silos == m_silos)
        return;
    m_session = id;
    m_silos = silos;
    m_measure = session ? sessionMeasure(session->summary.config) : std::string();
    std::vector<ShownRun> shown;
    const RunStyle plain{kMergedColor, Qt::SolidLine, Marker::None};
    if (silos > 1) {
        shown.push_back({kLowest, tr("lowest silo"), plain, kLowest});
        shown.push_back({kHighest, tr("highest silo"), plain, kLowest});
    }
    for (int silo = 0; silo < std::min(silos, kMostSiloLines); ++silo)
        shown.push_back({kSilo + QString::number(silo), session->siloName(silo), siloStyle(silo)});
    if (silos > 1)
        shown.push_back({kMean, tr("mean of the silos"), {kMergedColor, Qt::DashLine, Marker::None}});
    shown.push_back({kMerged, tr("merged model"), plain});
    shown.push_back({kWhole, tr("session"), plain});
    m_shown = shown;
    m_bar->setExportEnabled(session != nullptr);
    for (CurvePlot* plot : {m_quality, m_loss})
        plot->setRuns(shown);
    apply({});
}

void SessionCurves::setMetrics(const QStringList& storeNames)
{
    if (storeNames == m_storeNames)
        return;
    m_storeNames = storeNames;
    QStringList metrics;
    for (const QString& name : storeNames)
        if (const auto place = SiloCurveBook::placeOf(name); !place.metric.isEmpty())
            metrics << place.metric;
    metrics.sort();
    metrics.removeDuplicates();
    for (CurvePlot* plot : {m_quality, m_loss})
        plot->setMetrics(metrics);
    chooseGroups();
    Q_EMIT wantedChanged();
}

void SessionCurves::chooseGroups()
{
    if (m_isChosen)
        return;
    QStringList groups;
    for (const QString& name : m_storeNames)
        if (const auto place = SiloCurveBook::placeOf(name); !place.metric.isEmpty())
            groups << groupOf(place.metric);
    const QString measure = QString::fromStdString(m_measure);
    const QString wanted[] = {measure, QStringLiteral("accuracy"), QStringLiteral("foreground.dice"),
                              QStringLiteral("bytes round")};
    const auto* const first = std::find_if(std::begin(wanted), std::end(wanted),
                                           [&](const QString& group) { return groups.contains(group); });
    if (first != std::end(wanted))
        m_quality->setGroup(*first);
    m_loss->setGroup(QStringLiteral("loss"));
}

QStringList SessionCurves::wantedMetrics() const
{
    const QStringList shown = m_quality->shownMetrics() + m_loss->shownMetrics();
    QStringList wanted;
    for (const QString& name : m_storeNames)
        if (shown.contains(SiloCurveBook::placeOf(name).metric))
            wanted << name;
    return wanted;
}

void SessionCurves::apply(const std::vector<CurveUpdate>& updates)
{
    m_book.apply(updates);
    for (CurvePlot* plot : {m_quality, m_loss})
        plot->refresh(m_book.book());
}

} // namespace fedefm
