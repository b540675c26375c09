// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/plan_sharing.h"

#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"
#include "ui/viewer/panel_parts.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>

#include <array>
#include <cmath>

namespace fedefm {

namespace {

constexpr int kSliderStep = 5;
constexpr int kSliderTick = 25;
constexpr int kPercentWidthPx = 44;

struct Scheme
{
    const char* name;
    QString title;
    QString text;
};

std::array<Scheme, 5> schemes()
{
    const auto tr = [](const char* source) { return PlanSharing::tr(source); };
    return {{
        {"overlap", tr("A: partial overlap"),
         tr("Every silo has the common sources and some that no neighbour holds.")},
        {"disjoint", tr("B: strictly disjoint from neighbours"),
         tr("No neighbour holds any source of a silo: all that the others have is unseen.")},
        {"iid", tr("Same mixture everywhere"), tr("No source is unseen anywhere: the easiest case.")},
        {"dirichlet", tr("Uneven draw (Dirichlet)"), tr("Each source is dealt out unevenly.")},
        {"groups", tr("Whole groups at random"),
         tr("Whole patients or videos go to silos of equal size, whatever their source.")},
    }};
}

int percentOf(const nlohmann::json& share)
{
    return share.is_number() ? static_cast<int>(std::lround(share.get<double>() * 100.0)) : 0;
}

} // namespace

PlanSharing::PlanSharing(PlanDraft* draft, PlanForm* more, QWidget* parent)
    : QWidget(parent), m_draft(draft), m_more(more)
{
    build();
    connect(m_siloCount, &QSpinBox::valueChanged, this,
            [this](int value) { m_draft->setValue("data.silo_count", value); });
    connect(m_scheme, &QComboBox::activated, this, &PlanSharing::chooseScheme);
    connect(m_unseen, &QSlider::valueChanged, this,
            [this](int value) { m_draft->setValue("data.partition.unseen_share", value / 100.0); });
    connect(m_draft, &PlanDraft::changed, this, &PlanSharing::refresh);
    refresh();
}

void PlanSharing::build()
{
    m_siloCount = new QSpinBox(this);
    m_siloCount->setRange(1, kMaxSilos);
    m_siloCount->setAccessibleName(tr("Number of silos"));
    m_siloCount->setToolTip(tr("Hospitals that take part\ndata.silo_count"));
    m_scheme = new QComboBox(this);
    for (const Scheme& scheme : schemes())
        m_scheme->addItem(scheme.title, QString::fromLatin1(scheme.name));
    m_scheme->setAccessibleName(tr("Protocol"));
    m_scheme->setToolTip(tr("How the pictures are shared\ndata.partition.scheme"));
    m_schemeText = readOut(tr("About the protocol"), this);
    makeSecondary(m_schemeText);
    m_unseen = new QSlider(Qt::Horizontal, this);
    m_unseen->setRange(0, 100);
    m_unseen->setSingleStep(kSliderStep);
    m_unseen->setPageStep(kSliderTick);
    m_unseen->setTickInterval(kSliderTick);
    m_unseen->setTickPosition(QSlider::TicksBelow);
    m_unseen->setAccessibleName(tr("Unseen share in percent"));
    m_unseen->setToolTip(tr("Share of each silo's pictures from sources that no neighbour holds\n"
                            "data.partition.unseen_share"));
    m_unseenText = new QLabel(this);
    m_unseenText->setMinimumWidth(kPercentWidthPx);
    m_unseenText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_error = makeErrorLine(this);
    for (QWidget* widget : {static_cast<QWidget*>(m_siloCount), static_cast<QWidget*>(m_scheme),
                            static_cast<QWidget*>(m_unseen)}) {
        widget->setMinimumHeight(26);
        ignoreWheelWithoutFocus(widget);
    }
    auto* slider = new QHBoxLayout;
    slider->addWidget(m_unseen, 1);
    slider->addWidget(m_unseenText);
    auto* label = new QLabel(tr("&Unseen share"), this);
    label->setBuddy(m_unseen);
    auto* rows = new QFormLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    rows->addRow(tr("S&ilos"), m_siloCount);
    rows->addRow(tr("&Protocol"), m_scheme);
    rows->addRow(m_schemeText);
    rows->addRow(label, slider);
    rows->addRow(m_error);
    rows->addRow(m_more);
}

void PlanSharing::chooseScheme(int index)
{
    const std::string scheme = m_scheme->itemData(index).toString().toStdString();
    m_draft->change([&scheme](nlohmann::json& plan) {
        setValueAt(plan, "data.partition.scheme", scheme);
        // What a protocol does not read would be an error or a riddle in the plan.
        if (scheme != "overlap")
            plan["data"]["partition"].erase("unseen_share");
        if (scheme != "dirichlet")
            plan["data"]["partition"].erase("alpha");
    });
}

QString PlanSharing::error() const
{
    const QString count = problemUnder(*m_draft, "data.silo_count", {});
    if (!count.isEmpty())
        return count;
    std::vector<std::string> others;
    for (const PlanField& field : planPartitionFields("dirichlet"))
        if (m_more->hasField(field.key))
            others.push_back(field.key);
    return problemUnder(*m_draft, "data.partition", others);
}

void PlanSharing::refresh()
{
    const nlohmann::json name = m_draft->value("data.partition.scheme");
    const std::string scheme = name.is_string() ? name.get<std::string>() : std::string();
    const int index = m_scheme->findData(QString::fromStdString(scheme));
    m_scheme->setCurrentIndex(index);
    m_schemeText->setText(index < 0 ? QString() : schemes()[static_cast<std::size_t>(index)].text);
    const int percent = percentOf(m_draft->value("data.partition.unseen_share"));
    const QSignalBlocker slider(m_unseen), count(m_siloCount);
    m_unseen->setValue(percent);
    m_siloCount->setValue(planSiloCount(m_draft->document()));
    m_unseen->setEnabled(scheme == "overlap");
    const bool isShare = scheme == "overlap" || scheme == "disjoint";
    m_unseenText->setText(isShare ? tr("%1 %").arg(percent) : QStringLiteral("–"));
    m_more->setFields(planPartitionFields(scheme));
    showErrorLine(m_error, error());
}

} // namespace fedefm
