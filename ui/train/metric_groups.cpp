// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/metric_groups.h"

#include <algorithm>
#include <vector>

namespace fedefm {

namespace {

/// Wanted plots, each with the names that its group may have.
const std::vector<QStringList>& wanted()
{
    static const std::vector<QStringList> list{
        {QStringLiteral("loss")},
        {QStringLiteral("foreground.dice"), QStringLiteral("dice"), QStringLiteral("accuracy"),
         QStringLiteral("miou")},
        {QStringLiteral("learning_rate"), QStringLiteral("lr")},
        {QStringLiteral("images_per_second"), QStringLiteral("samples_per_second"),
         QStringLiteral("throughput"), QStringLiteral("foreground.cl_dice"),
         QStringLiteral("gradient_norm")}};
    return list;
}

std::size_t rankOf(const QString& group)
{
    for (std::size_t i = 0; i < wanted().size(); ++i)
        if (wanted()[i].contains(group))
            return i;
    return wanted().size();
}

} // namespace

QString groupOf(const QString& metric)
{
    return metric.section(QLatin1Char('/'), metric.contains(QLatin1Char('/')) ? 1 : 0);
}

QStringList groupsOf(const QStringList& metrics)
{
    QStringList groups;
    for (const QString& metric : metrics)
        groups << groupOf(metric);
    groups.sort();
    groups.removeDuplicates();
    std::stable_sort(groups.begin(), groups.end(),
                     [](const QString& a, const QString& b) { return rankOf(a) < rankOf(b); });
    return groups;
}

QStringList metricsOf(const QString& group, const QStringList& metrics)
{
    QStringList list;
    for (const QString& metric : metrics)
        if (groupOf(metric) == group)
            list << metric;
    list.sort();
    return list;
}

QStringList firstGroups(const QStringList& groups, int count)
{
    QStringList chosen;
    for (const QStringList& names : wanted())
        for (const QString& name : names)
            if (groups.contains(name)) {
                chosen << name;
                break;
            }
    for (const QString& group : groups)
        if (!chosen.contains(group))
            chosen << group;
    return chosen.mid(0, count);
}

bool isPlanned(const QString& metric)
{
    const QString group = groupOf(metric);
    return group == QLatin1String("learning_rate") || group == QLatin1String("lr");
}

bool isPerEpoch(const QString& metric)
{
    return metric.startsWith(QLatin1String("validation/")) || metric.startsWith(QLatin1String("test/"));
}

} // namespace fedefm
