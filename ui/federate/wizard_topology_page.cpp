// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/federate/wizard_topology_page.h"

#include "ui/common/counted.h"
#include "ui/federate/plan_document.h"
#include "ui/federate/plan_draft.h"
#include "ui/federate/plan_form.h"
#include "ui/federate/plan_overlay_picture.h"
#include "ui/federate/plan_strategies.h"
#include "ui/viewer/panel_parts.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <map>
#include <set>

namespace fedefm {

namespace {

QString textOf(const std::string& topology)
{
    static const std::map<std::string, const char*> kTexts{
        {"star", QT_TRANSLATE_NOOP("WizardTopologyPage", "Everyone exchanges with one hub.")},
        {"ring",
         QT_TRANSLATE_NOOP("WizardTopologyPage", "A tour through all silos: least traffic, slow to mix.")},
        {"mst", QT_TRANSLATE_NOOP("WizardTopologyPage", "The shortest tree that joins all silos.")},
        {"mbst",
         QT_TRANSLATE_NOOP("WizardTopologyPage", "The tree of few neighbours with the quickest round.")},
        {"matcha", QT_TRANSLATE_NOOP("WizardTopologyPage",
                                     "Random matchings of the underlay's own links, others in every round.")},
        {"matcha+", QT_TRANSLATE_NOOP("WizardTopologyPage", "Random matchings of all pairs.")},
        {"multigraph", QT_TRANSLATE_NOOP("WizardTopologyPage",
                                         "The ring; slow links are used in a part of the rounds only.")},
        {"complete",
         QT_TRANSLATE_NOOP("WizardTopologyPage", "Everyone with everyone: mixes at once, costs most.")},
        {"custom", QT_TRANSLATE_NOOP("WizardTopologyPage",
                                     "Links of a file, written below, or drawn: click two silos, or choose "
                                     "them by arrow keys and Space, to join or part them.")}};
    const auto found = kTexts.find(topology);
    return found == kTexts.end() ? QString() : WizardTopologyPage::tr(found->second);
}

std::string stringAt(const nlohmann::json& plan, const std::string& key)
{
    const nlohmann::json value = valueAt(plan, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

/// Number of places of an underlay; 0 when it cannot be read.
int placesOf(const nlohmann::json& plan)
{
    const std::string name = stringAt(plan, "topology.underlay");
    if (name.empty())
        return 0;
    const auto underlay = builtInUnderlay(name) ? Result<Underlay>(*builtInUnderlay(name))
                                                : openUnderlay((planFolder(plan) / name).string());
    return underlay ? static_cast<int>(underlay->nodes.size()) : 0;
}

/// As "topology.links" has them: each pair once, the lower number first.
nlohmann::json pairsOf(const Overlay& overlay)
{
    std::set<std::pair<int, int>> pairs;
    for (const OverlayLink& link : overlay.links())
        pairs.emplace(std::min(link.from, link.to), std::max(link.from, link.to));
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [one, other] : pairs)
        list.push_back({one, other});
    return list;
}

} // namespace

WizardTopologyPage::WizardTopologyPage(PlanDraft* draft, QWidget* parent)
    : WizardPage(draft, tr("Topology"), tr("Who sends models to whom. The links decide speed and traffic."),
                 {"topology", "data.partition"}, parent)
{
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(scrolled(buildFields()));
    splitter->addWidget(buildPicture());
    splitter->setStretchFactor(1, 1);
    column()->addWidget(splitter, 1);
    connectFields();
    connect(draft, &PlanDraft::changed, this, &WizardTopologyPage::refresh);
    refresh();
}

void WizardTopologyPage::buildChoices(QWidget* box)
{
    m_name = new QComboBox(box);
    for (const std::string& name : topologyNames())
        m_name->addItem(QString::fromStdString(name));
    m_name->setAccessibleName(tr("Overlay"));
    m_name->setToolTip(tr("Which links are used\ntopology.name"));
    m_underlay = new QComboBox(box);
    m_underlay->setEditable(true);
    m_underlay->setInsertPolicy(QComboBox::NoInsert);
    m_underlay->addItem(tr("circle"), QString());
    for (const std::string& name : builtInUnderlayNames())
        m_underlay->addItem(QString::fromStdString(name), QString::fromStdString(name));
    m_underlay->setAccessibleName(tr("Underlay"));
    m_underlay->setToolTip(tr("Where the silos are: evenly on a circle, the places of a known network, or a "
                              "GML file (Géant, Exodus, Ebone …)\ntopology.underlay"));
    for (QComboBox* combo : {m_name, m_underlay}) {
        combo->setMinimumHeight(26);
        ignoreWheelWithoutFocus(combo);
    }
}

void WizardTopologyPage::connectFields()
{
    connect(m_name, &QComboBox::textActivated, this, &WizardTopologyPage::chooseOverlay);
    connect(m_picture, &OverlayPicture::linkToggled, this, &WizardTopologyPage::toggleLink);
    connect(m_underlay, &QComboBox::activated, this,
            [this](int index) { chooseUnderlay(m_underlay->itemData(index).toString()); });
    connect(m_underlay->lineEdit(), &QLineEdit::editingFinished, this, [this] {
        const QString text = m_underlay->currentText().trimmed();
        chooseUnderlay(text == m_underlay->itemText(0) ? QString() : text);
    });
    connect(m_fit, &QPushButton::clicked, this,
            [this] { draft()->setValue("data.silo_count", placesOf(draft()->document())); });
}

QWidget* WizardTopologyPage::buildFields()
{
    auto* box = new QWidget;
    buildChoices(box);
    m_text = readOut(tr("About the overlay"), box);
    makeSecondary(m_text);
    m_nameError = makeErrorLine(box);
    m_underlayText = readOut(tr("About the underlay"), box);
    makeSecondary(m_underlayText);
    m_underlayError = makeErrorLine(box);
    m_fit = new QPushButton(box);
    m_fit->setAutoDefault(false);
    auto* browseButton = new QPushButton(tr("&File…"), box);
    browseButton->setAutoDefault(false);
    browseButton->setAccessibleName(tr("Choose a GML file"));
    m_options = addForm(box);
    auto* underlay = new QHBoxLayout;
    underlay->addWidget(m_underlay, 1);
    underlay->addWidget(browseButton);
    auto* rows = new QFormLayout(box);
    rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    rows->setContentsMargins(0, 0, 8, 0);
    auto* underlayLabel = new QLabel(tr("&Underlay"), box);
    underlayLabel->setBuddy(m_underlay);
    rows->addRow(tr("&Overlay"), m_name);
    rows->addRow(m_text);
    rows->addRow(m_nameError);
    rows->addRow(underlayLabel, underlay);
    rows->addRow(m_underlayText);
    rows->addRow(m_underlayError);
    rows->addRow(QString(), m_fit);
    rows->addRow(m_options);
    connect(browseButton, &QPushButton::clicked, this, &WizardTopologyPage::browse);
    return box;
}

QWidget* WizardTopologyPage::buildPicture()
{
    auto* box = new QWidget(this);
    m_picture = new OverlayPicture(box);
    m_figures = readOut(tr("Figures of the topology"), box);
    QVBoxLayout* content = nullptr;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(8, 0, 0, 0);
    column->addWidget(section(tr("Who sends to whom"), content, box), 1);
    content->addWidget(m_picture, 1);
    content->addWidget(m_figures);
    return box;
}

/// A custom overlay begins with the links that were shown before.
void WizardTopologyPage::chooseOverlay(const QString& name)
{
    const bool isEmpty = valueAt(draft()->document(), "topology.links").is_null() &&
                         stringAt(draft()->document(), "topology.file").empty();
    draft()->change([&](nlohmann::json& plan) {
        setValueAt(plan, "topology.name", name.toStdString());
        if (name == QLatin1String("custom") && isEmpty)
            setValueAt(plan, "topology.links", pairsOf(m_picture->overlay()));
    });
}

void WizardTopologyPage::toggleLink(int one, int other)
{
    nlohmann::json pairs = pairsOf(m_picture->overlay());
    const nlohmann::json pair{std::min(one, other), std::max(one, other)};
    const auto known = std::find(pairs.begin(), pairs.end(), pair);
    if (known == pairs.end())
        pairs.push_back(pair);
    else
        pairs.erase(known);
    draft()->change([&pairs](nlohmann::json& plan) {
        plan["topology"].erase("file"); // its links are those that were drawn over
        plan["topology"]["links"] = std::move(pairs);
    });
}

void WizardTopologyPage::chooseUnderlay(const QString& text)
{
    if (text.toStdString() == stringAt(draft()->document(), "topology.underlay"))
        return;
    draft()->change([&text](nlohmann::json& plan) {
        if (!valueAt(plan, "topology").is_object())
            plan["topology"] = nlohmann::json::object();
        plan["topology"].erase("underlay");
        if (text.isEmpty())
            return;
        plan["topology"]["underlay"] = text.toStdString();
        // A place has one silo: the session takes over the number of places where it may.
        if (const int places = placesOf(plan); places > 0 && planDataKind(plan) == PlanDataKind::Pool)
            plan["data"]["silo_count"] = places;
    });
}

void WizardTopologyPage::browse()
{
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Underlay"), QString::fromStdString(planFolder(draft()->document()).string()),
        tr("Networks (*.gml);;All files (*)"));
    if (!file.isEmpty())
        chooseUnderlay(file);
}

QString WizardTopologyPage::errorAt(const std::string& key) const
{
    return problemUnder(*draft(), key, {});
}

void WizardTopologyPage::refresh()
{
    const nlohmann::json& plan = draft()->document();
    const std::string name = stringAt(planTopology(plan), "name");
    const StrategyInfo* strategy = strategyInfo(planStrategy(plan));
    const bool isFixed = strategy && *strategy->topology;
    m_name->setCurrentIndex(m_name->findText(QString::fromStdString(name)));
    m_name->setEnabled(!isFixed);
    QString text = textOf(name);
    if (isFixed)
        text += QLatin1Char(' ') + tr("The strategy %1 brings it along.").arg(fieldText(strategy->title));
    else if (strategy && strategy->uses == StrategyInfo::Uses::Hub)
        text += QLatin1Char(' ') + tr("%1 gathers at the hub; the links only decide who is whose neighbour "
                                      "when pictures are shared.")
                                       .arg(fieldText(strategy->title));
    m_text->setText(text);
    QString nameError = errorAt("topology.name");
    if (nameError.isEmpty())
        nameError = problemUnder(*draft(), "data.partition", {});
    showErrorLine(m_nameError, nameError);

    const QString underlay = QString::fromStdString(stringAt(plan, "topology.underlay"));
    const int index = m_underlay->findData(underlay);
    {
        const QSignalBlocker blocker(m_underlay);
        m_underlay->setCurrentIndex(index);
        if (index < 0 && m_underlay->currentText() != underlay)
            m_underlay->setEditText(underlay);
    }
    m_underlayText->setText(underlay.isEmpty()
                                ? tr("%1 evenly on a circle of 1000 km.")
                                      .arg(counted(planSiloCount(plan), tr("silo"), tr("silos")))
                                : tr("A silo at each of its places."));
    showErrorLine(m_underlayError, errorAt("topology.underlay"));
    const int places = underlay.isEmpty() ? 0 : placesOf(plan);
    m_fit->setVisible(places > 0 && places != planSiloCount(plan) &&
                      planDataKind(plan) == PlanDataKind::Pool);
    m_fit->setText(tr("Use %1 silos").arg(places));
    m_options->setFields(planTopologyFields(name));
    refreshPicture();
}

QString WizardTopologyPage::figures() const
{
    return m_figures->text();
}

void WizardTopologyPage::refreshPicture()
{
    const PlanOutlook& outlook = draft()->outlook();
    if (!outlook.links) {
        m_picture->clear(outlook.linksError ? QString::fromStdString(outlook.linksError->detail)
                                            : tr("Working out the topology…"));
        m_figures->clear();
        return;
    }
    QStringList names;
    for (const std::string& name : outlook.links->siloNames())
        names << QString::fromStdString(name);
    m_picture->setEditable(outlook.links->name() == "custom");
    const Overlay overlay = outlook.links->wholeOverlay();
    const bool hasHub = outlook.links->name() == "star";
    m_picture->setOverlay(overlay, names, outlook.places, hasHub ? outlook.links->hub() : -1);
    int most = 0;
    for (int silo = 0; silo < overlay.siloCount(); ++silo)
        most = std::max(most, overlay.outDegree(silo));
    QStringList lines;
    lines << tr("%1, %2, at most %3 from one silo")
                 .arg(counted(overlay.siloCount(), tr("silo"), tr("silos")),
                      counted(static_cast<qint64>(overlay.links().size()), tr("link"), tr("links")))
                 .arg(most);
    lines << tr("Cycle time %1 ms").arg(outlook.links->cycleTimeMs(), 0, 'f', 2);
    lines << tr("Mixing gap %1 (1: equal after one round, 0: never)").arg(outlook.links->gap(), 0, 'f', 4);
    lines << tr("Times are for a model of 4.84 Mbit and steps of 4.6 ms, as in the published tables.");
    m_figures->setText(lines.join(QLatin1Char('\n')));
}

} // namespace fedefm
