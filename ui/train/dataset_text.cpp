// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/dataset_text.h"

#include "ui/train/curve_math.h"
#include "ui/train/label_picture.h"

#include <QCoreApplication>

#include <numeric>

namespace fedefm {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("DatasetText", text);
}

QString row(const QString& key, const QString& value)
{
    return QStringLiteral("<tr><td style='padding-right:12px'>%1</td><td>%2</td></tr>").arg(key, value);
}

QString sizeText(const DatasetStatistics& s)
{
    const QString smallest = QStringLiteral("%1 × %2").arg(s.smallestWidth).arg(s.smallestHeight);
    const QString largest = QStringLiteral("%1 × %2").arg(s.largestWidth).arg(s.largestHeight);
    return smallest == largest ? smallest : tr("%1 to %2").arg(smallest, largest);
}

QString countsText(const std::vector<std::pair<std::string, std::size_t>>& counts)
{
    QStringList parts;
    for (const auto& [name, count] : counts)
        parts << QStringLiteral("%1: %2").arg(QString::fromStdString(name).toHtmlEscaped()).arg(count);
    return parts.join(QStringLiteral("<br>"));
}

QString classText(const DatasetOverview& overview, std::size_t wireClass)
{
    const DatasetStatistics& s = overview.statistics;
    const double total = static_cast<double>(
        std::accumulate(s.pixelsPerClass.begin(), s.pixelsPerClass.end(), std::uint64_t{0}));
    const double share = total > 0 ? 100.0 * static_cast<double>(s.pixelsPerClass[wireClass]) / total : 0.0;
    const std::size_t samples = wireClass < s.samplesWithClass.size() ? s.samplesWithClass[wireClass] : 0;
    return tr("%1 % of the pixels, in %2 samples").arg(formatValue(share)).arg(samples);
}

} // namespace

QString overviewHtml(const DatasetOverview& overview)
{
    const DatasetStatistics& s = overview.statistics;
    QString html = QStringLiteral("<table>");
    html += row(tr("Samples"), QString::number(overview.size));
    html += row(tr("Groups"), tr("%1 (patients, videos or scenes; never split)").arg(s.groups));
    html += row(tr("Sizes"), sizeText(s));
    html += row(
        tr("Grey"),
        tr("mean %1, deviation %2 (of 0 to 1)").arg(formatValue(s.meanGrey), formatValue(s.greyDeviation)));
    for (std::size_t i = 0; i < s.pixelsPerClass.size(); ++i) {
        const QColor color = classColor(static_cast<int>(i));
        const QString name = overview.classNames.value(static_cast<qsizetype>(i), QString::number(i));
        const QString mark = color.isValid()
                                 ? QStringLiteral("<span style='color:%1'>■</span> ").arg(color.name())
                                 : QString();
        html += row(mark + name.toHtmlEscaped(), classText(overview, i));
    }
    if (s.pixelsPerClass.empty())
        html += row(tr("Masks"), tr("none"));
    if (!s.perSource.empty())
        html += row(tr("Sources"), countsText(s.perSource));
    if (!s.perImageClass.empty())
        html += row(tr("Classes of pictures"), countsText(s.perImageClass));
    html += QStringLiteral("</table>");
    if (overview.counted < overview.size)
        html += QStringLiteral("<p>%1</p>")
                    .arg(tr("Counted over %1 samples, spread evenly.").arg(overview.counted));
    return html;
}

} // namespace fedefm
