// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/network_fixture.h"
#include "core/federate/topology/underlay.h"
#include "test_data.h"

#include <QTest>
#include <cmath>
#include <fstream>
#include <sstream>

using namespace fedefm;

class TestUnderlay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheForm();
    void takesCoordinatesWhereNoDistanceStands();
    void keepsTheShortestOfParallelEdges();
    void refusesWhatIsBroken_data();
    void refusesWhatIsBroken();
    void everyTruncationIsAnErrorOrAWhole();
    void refusesWhatIsHuge();
    void refusesDisconnectedUnderlays();
    void builtInNetworksAgreeWithThePublishedFiles();
    void namesTheNearestBuiltIn();
    void geodesics();
    void distancesFollowTheShortestPath();
    void equalLengthsTakeFewestCables();
    void namesAreWellFormed();
    void partsKeepTheirDistances();
};

namespace {

const char* const kSmall = R"(Creator "me"
# a comment [ with brackets
graph [
  directed 0
  Nested [ a [ b [ c 1 ] ] ]
  edge [ source 7 target -2 distance 10.5 capacity 1e9 ]
  node [ id 7 label "S&#227;o &amp; co" ]
  node [
    id -2
    graphics [ x 1 y 2 ]
  ]
]
)";

std::string withEdge(const std::string& edge)
{
    return "graph [ node [ id 0 label \"a\" ] node [ id 1 label \"b\" ] edge [ " + edge + " ] ]";
}

} // namespace

void TestUnderlay::readsTheForm()
{
    const auto underlay = parseUnderlay(kSmall, "folder/small.gml");
    QVERIFY(underlay.has_value());
    QCOMPARE(underlay->name, std::string("small"));
    QCOMPARE(underlay->nodes.size(), std::size_t(2));
    QCOMPARE(underlay->nodes[0].name, std::string("São & co"));
    QCOMPARE(underlay->nodes[1].name, std::string("silo -2"));
    QCOMPARE(underlay->links.size(), std::size_t(1));
    QCOMPARE(underlay->links[0].a, 0);
    QCOMPARE(underlay->links[0].b, 1);
    QCOMPARE(underlay->links[0].lengthKm, 10.5);
}

void TestUnderlay::takesCoordinatesWhereNoDistanceStands()
{
    const auto underlay = parseUnderlay("graph [ node [ id 0 Latitude 0.0 Longitude 0 ]"
                                        " node [ id 1 latitude 0 longitude +1.0 ]"
                                        " edge [ source 0 target 1 ] ]",
                                        "x");
    QVERIFY(underlay.has_value());
    // A degree of the equator.
    QVERIFY(std::abs(underlay->links[0].lengthKm - 111.3195) < 0.001);
}

void TestUnderlay::keepsTheShortestOfParallelEdges()
{
    const auto underlay =
        parseUnderlay(withEdge("source 0 target 1 distance 5 ] edge [ source 1 target 0 distance 3"
                               " ] edge [ source 1 target 1 distance 1"),
                      "x");
    QVERIFY(underlay.has_value());
    QCOMPARE(underlay->links.size(), std::size_t(1));
    QCOMPARE(underlay->links[0].lengthKm, 3.0);
}

void TestUnderlay::refusesWhatIsBroken_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, const std::string& text, ErrorCode code) {
        QTest::newRow(name) << QString::fromStdString(text) << static_cast<int>(code);
    };
    const ErrorCode value = ErrorCode::InvalidArgument;
    row("empty", "", value);
    row("no graph", "node [ id 0 ]", value);
    row("graph is a number", "graph 1", value);
    row("no nodes", "graph [ ]", value);
    row("truncated list", "graph [ node [ id 0 ]", value);
    row("truncated text", "graph [ node [ id 0 label \"abc ] ]", value);
    row("key without value", "graph [ node [ id ] ]", value);
    row("value without key", "graph [ [ ] ]", value);
    row("too many brackets", "graph [ node [ id 0 ] ] ]", value);
    row("binary",
        std::string("\x7f"
                    "ELF\x02\x01\x01",
                    7),
        value);
    row("duplicate id", "graph [ node [ id 0 ] node [ id 0 ] ]", value);
    row("id of text", "graph [ node [ id \"x\" ] ]", value);
    row("id with fraction", "graph [ node [ id 0.5 ] ]", value);
    row("id too large", "graph [ node [ id 99999999999999999999 ] ]", value);
    row("id is a list", "graph [ node [ id [ a 1 ] ] ]", value);
    row("no id", "graph [ node [ label \"a\" ] ]", value);
    row("unknown end", withEdge("source 0 target 2 distance 1"), value);
    row("no end", withEdge("source 0 distance 1"), value);
    row("no distance", withEdge("source 0 target 1"), value);
    row("NaN", withEdge("source 0 target 1 distance nan"), value);
    row("infinite", withEdge("source 0 target 1 distance inf"), value);
    row("overflow", withEdge("source 0 target 1 distance 1e999"), value);
    row("negative", withEdge("source 0 target 1 distance -1"), value);
    row("metres", withEdge("source 0 target 1 distance 1e7"), value);
    row("not a number", withEdge("source 0 target 1 distance 1km"), value);
    row("latitude", "graph [ node [ id 0 latitude 91 longitude 0 ] ]", value);
    row("longitude NaN", "graph [ node [ id 0 latitude 1 longitude nan ] ]", value);
}

void TestUnderlay::refusesWhatIsBroken()
{
    QFETCH(QString, text);
    QFETCH(int, code);
    const auto underlay = parseUnderlay(text.toStdString(), "file.gml");
    QVERIFY(!underlay.has_value());
    QCOMPARE(static_cast<int>(underlay.error().code), code);
    QCOMPARE(underlay.error().subject, std::string("file.gml"));
    QVERIFY(!underlay.error().detail.empty());
}

void TestUnderlay::everyTruncationIsAnErrorOrAWhole()
{
    const std::string whole = kSmall;
    const std::size_t lastBracket = whole.rfind(']');
    for (std::size_t length = 0; length < whole.size(); ++length)
        QCOMPARE(parseUnderlay(whole.substr(0, length), "x").has_value(), length > lastBracket);
}

void TestUnderlay::refusesWhatIsHuge()
{
    std::string deep;
    for (int i = 0; i < 100000; ++i)
        deep += "a [ ";
    QCOMPARE(parseUnderlay(deep, "x").error().code, ErrorCode::TooLarge);
    std::string wide = "graph [ ";
    for (int i = 0; i < 600000; ++i)
        wide += "a 1 ";
    QCOMPARE(parseUnderlay(wide + "]", "x").error().code, ErrorCode::TooLarge);
    std::string nodes = "graph [ ";
    for (int i = 0; i <= kMaxSilos; ++i)
        nodes += "node [ id " + std::to_string(i) + " ] ";
    QCOMPARE(parseUnderlay(nodes + "]", "x").error().code, ErrorCode::TooLarge);
    QCOMPARE(parseUnderlay(std::string((std::size_t{16} << 20U) + 1, ' '), "x").error().code,
             ErrorCode::TooLarge);
}

void TestUnderlay::refusesDisconnectedUnderlays()
{
    const auto network = SiloNetwork::create(test::underlayOf(4, {{0, 1, 1.0}, {2, 3, 1.0}}));
    QVERIFY(!network.has_value());
    QCOMPARE(network.error().code, ErrorCode::InvalidArgument);
    QVERIFY(network.error().detail.find("from 0 to 2") != std::string::npos);
    QVERIFY(!SiloNetwork::create({}).has_value());
    QVERIFY(SiloNetwork::create(test::underlayOf(1, {})).has_value());
}

void TestUnderlay::builtInNetworksAgreeWithThePublishedFiles()
{
    const auto folder = test::realData("networks");
    NEEDS_REAL_DATA(folder);
    for (const auto& [name, file] : {std::pair{"gaia", "gaia.gml"}, std::pair{"amazon", "amazon_us.gml"}}) {
        const auto builtIn = openUnderlay(name);
        const auto published = loadUnderlay(folder / file);
        QVERIFY(builtIn.has_value() && published.has_value());
        QCOMPARE(builtIn->nodes.size(), published->nodes.size());
        QCOMPARE(builtIn->links.size(), published->links.size());
        for (std::size_t i = 0; i < builtIn->links.size(); ++i) {
            QCOMPARE(builtIn->links[i].a, published->links[i].a);
            QCOMPARE(builtIn->links[i].b, published->links[i].b);
            // 0.15 km is 0.0013 ms.
            QVERIFY(std::abs(builtIn->links[i].lengthKm - published->links[i].lengthKm) < 0.15);
        }
    }
}

void TestUnderlay::namesTheNearestBuiltIn()
{
    QCOMPARE(openUnderlay("Gaia")->nodes.size(), std::size_t(11));
    const auto underlay = openUnderlay("gaya");
    QCOMPARE(underlay.error().code, ErrorCode::FileNotFound);
    QVERIFY(underlay.error().detail.find("gaia") != std::string::npos);
}

void TestUnderlay::geodesics()
{
    const auto at = [](double latitude, double longitude) { return UnderlayNode{"", latitude, longitude}; };
    QCOMPARE(geodesicKm(at(10, 20), at(10, 20)), 0.0);
    // A quarter of the meridian on WGS 84 is 10 001.966 km.
    QVERIFY(std::abs(geodesicKm(at(0, 0), at(90, 0)) - 10001.966) < 0.02);
    // London (51.5074, -0.1278) to New York (40.7128, -74.0060): 5585.2 km (Karney's algorithm).
    QVERIFY(std::abs(geodesicKm(at(51.5074, -0.1278), at(40.7128, -74.0060)) - 5585.23) < 0.1);
    QCOMPARE(geodesicKm(at(1, 2), at(3, 4)), geodesicKm(at(3, 4), at(1, 2)));
    QVERIFY(std::isfinite(geodesicKm(at(0, 0), at(0, 180))));
}

void TestUnderlay::distancesFollowTheShortestPath()
{
    // 0–1–2 is shorter than 0–2.
    const auto network = SiloNetwork::create(
        test::underlayOf(3, {{0, 1, 100.0}, {1, 2, 200.0}, {0, 2, 400.0}}), test::plainModel());
    QVERIFY(network.has_value());
    QCOMPARE(network->distanceKm(0, 2), 300.0);
    QCOMPARE(network->hops(2, 0), 2);
    QCOMPARE(network->hops(0, 0), 0);
    // 0.3 ms of latency, 1 Mbit at 1000/2 Mbit/s, a step of 2 ms.
    QCOMPARE(network->delayMs(0, 2, 1, 1), 0.3 + 2.0 + 2.0);
}

void TestUnderlay::equalLengthsTakeFewestCables()
{
    const auto network = SiloNetwork::create(
        test::underlayOf(4, {{0, 1, 0.1}, {1, 2, 0.2}, {2, 3, 0.0}, {0, 3, 0.1 + 0.2}}), test::plainModel());
    QVERIFY(network.has_value());
    QCOMPARE(network->hops(0, 3), 1);
    QCOMPARE(network->hops(3, 0), 1);
    // Both ways to 2 have two cables.
    QCOMPARE(network->hops(0, 2), 2);
}

void TestUnderlay::namesAreWellFormed()
{
    const auto nameOf = [](const std::string& label) {
        const auto underlay = parseUnderlay("graph [ node [ id 0 label " + label + " ] ]", "a.gml");
        return underlay ? underlay->nodes.front().name : std::string();
    };
    QCOMPARE(nameOf("\"K\xF6ln\""), std::string("K\xC3\xB6ln"));
    QCOMPARE(nameOf("K\xF6ln"), std::string("K\xC3\xB6ln"));
    QCOMPARE(nameOf("\"K\xC3\xB6ln\""), std::string("K\xC3\xB6ln"));
    QCOMPARE(nameOf("\"K\xF6ln &#246;\""), std::string("K\xC3\xB6ln \xC3\xB6"));
    // The 200th byte is the first of two.
    const std::string ground(199, 'x');
    QCOMPARE(nameOf("\"" + ground + "\xC3\xB6\""), ground);
}

void TestUnderlay::partsKeepTheirDistances()
{
    // A line 0 – 1 – 2 – 3 and a way round from 1 to 3.
    Underlay underlay;
    for (const char* name : {"a", "b", "c", "d"})
        underlay.nodes.push_back({name, {}, {}});
    underlay.links = {{0, 1, 10.0}, {1, 2, 20.0}, {2, 3, 5.0}, {1, 3, 100.0}};
    DelayModel model;
    model.silos = {{1.0, 100.0, 100.0}, {2.0, 100.0, 100.0}, {3.0, 100.0, 100.0}, {4.0, 100.0, 100.0}};
    const auto network = SiloNetwork::create(underlay, model);
    QVERIFY(network);
    const SiloNetwork part = network->among({0, 3});
    QCOMPARE(part.siloCount(), 2);
    QCOMPARE(part.siloName(1), std::string("d"));
    QCOMPARE(part.distanceKm(0, 1), 35.0);
    QCOMPARE(part.hops(1, 0), 3);
    QCOMPARE(part.computeMs(1), network->computeMs(3));
    QCOMPARE(part.underlay().links.size(), std::size_t(1));
    QCOMPARE(part.underlay().links.front().lengthKm, 35.0);
    // Over 1, which is away, 0 reaches 2 directly and 3 by the long way, too.
    const SiloNetwork three = network->among({3, 2, 0});
    QCOMPARE(three.underlay().links.size(), std::size_t(3));
    QCOMPARE(three.distanceKm(0, 2), 35.0);
    QCOMPARE(three.messageMs(2, 1, 1, 1), network->messageMs(0, 2, 1, 1));
}

QTEST_APPLESS_MAIN(TestUnderlay)
#include "tst_underlay.moc"
