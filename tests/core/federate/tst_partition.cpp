// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/partition/partition.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace fedefm;

namespace {

/// `groups` groups of `size` samples of each source.
std::vector<SampleInfo> samplesOf(const std::vector<std::string>& sources, std::size_t groups,
                                  std::size_t size)
{
    std::vector<SampleInfo> samples;
    for (const std::string& source : sources)
        for (std::size_t g = 0; g < groups; ++g)
            for (std::size_t i = 0; i < size; ++i) {
                SampleInfo sample;
                sample.source = source;
                sample.group = "g" + std::to_string(g);
                sample.id = source + "/" + sample.group + "/" + std::to_string(i);
                samples.push_back(sample);
            }
    return samples;
}

const std::vector<std::string> kSix{"animal", "arm", "human", "phantom", "simulation", "vessel"};

Neighbours ring(int count)
{
    Neighbours neighbours;
    for (int i = 0; i < count; ++i)
        neighbours.push_back({(i + 1) % count});
    return neighbours;
}

Neighbours complete(int count)
{
    Neighbours neighbours(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < count; ++j)
            if (i != j)
                neighbours[static_cast<std::size_t>(i)].push_back(j);
    return neighbours;
}

PartitionSettings settingsOf(PartitionScheme scheme, double unseen = 0.5)
{
    PartitionSettings settings;
    settings.scheme = scheme;
    settings.unseenShare = unseen;
    return settings;
}

/// Every sample stands once; true when no group of a source is at two silos.
bool isSound(const Partition& partition, const std::vector<SampleInfo>& samples, bool groupsStay = true)
{
    std::vector<int> where(samples.size(), -2);
    std::map<std::pair<std::string, std::string>, std::set<int>> silosOfGroup;
    for (std::size_t silo = 0; silo < partition.silos.size(); ++silo) {
        if (!std::is_sorted(partition.silos[silo].begin(), partition.silos[silo].end()))
            return false;
        for (const std::size_t index : partition.silos[silo]) {
            if (where[index] != -2)
                return false;
            where[index] = static_cast<int>(silo);
            silosOfGroup[{samples[index].source, samples[index].group}].insert(static_cast<int>(silo));
        }
    }
    for (const std::size_t index : partition.unused) {
        if (where[index] != -2)
            return false;
        where[index] = -1;
    }
    if (std::count(where.begin(), where.end(), -2) > 0)
        return false;
    return !groupsStay || std::all_of(silosOfGroup.begin(), silosOfGroup.end(),
                                      [](const auto& entry) { return entry.second.size() == 1; });
}

std::string refusal(const std::vector<SampleInfo>& samples, const Neighbours& neighbours,
                    const PartitionSettings& settings)
{
    const auto partition = makePartition(samples, neighbours, settings);
    return partition ? "made" : partition.error().detail;
}

} // namespace

class TestPartition : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void unseenShareIsMet_data()
    {
        QTest::addColumn<int>("silos");
        QTest::addColumn<double>("share");
        for (const int silos : {3, 5, 6, 11})
            for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0})
                QTest::addRow("%d silos, %g", silos, share) << silos << share;
    }
    void unseenShareIsMet()
    {
        QFETCH(int, silos);
        QFETCH(double, share);
        const auto samples = samplesOf(kSix, 22, 10);
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            PartitionSettings settings = settingsOf(PartitionScheme::Overlap, share);
            settings.seed = seed;
            const auto partition = makePartition(samples, ring(silos), settings);
            QVERIFY2(partition, partition ? "" : partition.error().detail.c_str());
            QVERIFY(isSound(*partition, samples));
            const PartitionReport report = reportOf(*partition, samples, ring(silos));
            QVERIFY(std::abs(report.unseenShare - share) < 0.02);
            for (const auto& silo : report.silos) {
                QVERIFY(silo.samples > 0);
                // Half a sample, and what was asked for exactly at both ends.
                const double rounding =
                    share == 0.0 || share == 1.0 ? 0.0 : 0.5 / static_cast<double>(silo.samples);
                QVERIFY(std::abs(silo.unseenShare - share) <= rounding + 1e-12);
            }
            if (share == 0.0 || share == 1.0)
                QVERIFY(partition->unused.empty());
        }
    }

    /// Protocol B: no source of a silo stands at any neighbour, on any overlay that the sources allow.
    void disjointFromEveryNeighbour()
    {
        const auto samples = samplesOf(kSix, 20, 3);
        const Neighbours star{{1, 2, 3, 4, 5, 6, 7}, {}, {}, {}, {}, {}, {}, {}};
        const Neighbours path{{1}, {2}, {3}, {}};
        for (const Neighbours& neighbours :
             {ring(5), ring(6), ring(11), star, path, complete(6), complete(4)}) {
            const auto partition = makePartition(samples, neighbours, settingsOf(PartitionScheme::Disjoint));
            QVERIFY(partition);
            QVERIFY(isSound(*partition, samples));
            QVERIFY(partition->unused.empty());
            const PartitionReport report = reportOf(*partition, samples, neighbours);
            QCOMPARE(report.unseenShare, 1.0);
            for (std::size_t silo = 0; silo < neighbours.size(); ++silo)
                for (const int other : neighbours[silo])
                    for (std::size_t s = 0; s < report.sources.size(); ++s)
                        QVERIFY(report.silos[silo].perSource[s] == 0 ||
                                report.silos[static_cast<std::size_t>(other)].perSource[s] == 0);
            for (std::size_t s = 0; s < report.sources.size(); ++s) // every source is somewhere
                QVERIFY(std::any_of(report.silos.begin(), report.silos.end(),
                                    [s](const auto& silo) { return silo.perSource[s] > 0; }));
        }
    }

    void saysWhatWouldDo()
    {
        const auto few = samplesOf({"a", "b"}, 20, 5);
        const std::string odd = refusal(few, ring(5), settingsOf(PartitionScheme::Disjoint));
        QVERIFY2(odd.find("takes 3, the data have 2; 3 sources") != std::string::npos, odd.c_str());
        QCOMPARE(refusal(few, ring(6), settingsOf(PartitionScheme::Disjoint)), std::string("made"));
        const std::string shared = refusal(few, ring(6), settingsOf(PartitionScheme::Overlap, 0.5));
        QVERIFY2(shared.find("takes 2 and one that all silos share") != std::string::npos, shared.c_str());
        QCOMPARE(refusal(few, ring(6), settingsOf(PartitionScheme::Overlap, 0.0)), std::string("made"));
        const std::string full =
            refusal(samplesOf(kSix, 20, 5), complete(7), settingsOf(PartitionScheme::Disjoint));
        QVERIFY2(full.find("takes 7, the data have 6") != std::string::npos, full.c_str());

        const std::string groups =
            refusal(samplesOf(kSix, 3, 50), ring(5), settingsOf(PartitionScheme::Overlap, 0.0));
        QVERIFY2(groups.find("has 3 groups for 5 silos; 5 of them") != std::string::npos, groups.c_str());
        PartitionSettings split = settingsOf(PartitionScheme::Overlap, 0.0);
        split.keepGroups = false;
        QCOMPARE(refusal(samplesOf(kSix, 3, 50), ring(5), split), std::string("made"));

        PartitionSettings large = settingsOf(PartitionScheme::Overlap, 0.5);
        large.samplesPerSilo = 100000;
        const std::string size = refusal(samplesOf(kSix, 20, 5), ring(5), large);
        const std::size_t at = size.find("at most ");
        QVERIFY(at != std::string::npos);
        large.samplesPerSilo = std::stoul(size.substr(at + 8));
        QCOMPARE(refusal(samplesOf(kSix, 20, 5), ring(5), large), std::string("made"));
        ++large.samplesPerSilo;
        QVERIFY(refusal(samplesOf(kSix, 20, 5), ring(5), large) != "made");
    }

    /// A source that cannot be everywhere becomes an own one.
    void smallSourcesBecomeOwn()
    {
        auto samples = samplesOf({"a", "b", "c", "d"}, 20, 5);
        const auto small = samplesOf({"few"}, 2, 40);
        samples.insert(samples.end(), small.begin(), small.end());
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            PartitionSettings settings = settingsOf(PartitionScheme::Overlap, 0.5);
            settings.seed = seed;
            QCOMPARE(refusal(samples, ring(4), settings), std::string("made"));
        }
    }

    void silosOfOneSize()
    {
        const auto samples = samplesOf(kSix, 22, 10);
        for (const PartitionScheme scheme : {PartitionScheme::Overlap, PartitionScheme::Disjoint,
                                             PartitionScheme::Iid, PartitionScheme::Groups}) {
            PartitionSettings settings = settingsOf(scheme);
            settings.samplesPerSilo = 100;
            const auto partition = makePartition(samples, ring(5), settings);
            QVERIFY(partition);
            QVERIFY(isSound(*partition, samples));
            for (const auto& silo : partition->silos)
                QCOMPARE(silo.size(), std::size_t(100));
        }
    }

    void alikeEverywhere()
    {
        const auto samples = samplesOf({"a", "b", "c"}, 10, 4);
        const auto partition = makePartition(samples, ring(5), settingsOf(PartitionScheme::Iid));
        QVERIFY(partition);
        QVERIFY(isSound(*partition, samples));
        const PartitionReport report = reportOf(*partition, samples, ring(5));
        for (const auto& silo : report.silos) {
            QCOMPARE(silo.perSource, (std::vector<std::size_t>{8, 8, 8}));
            QCOMPARE(silo.groups, std::size_t(6));
            QCOMPARE(silo.missingSources, std::size_t(0));
        }
        QCOMPARE(report.unseenShare, 0.0);
        // 7 samples of each of 4 sources on 4 silos: no silo may gather all remainders.
        PartitionSettings loose = settingsOf(PartitionScheme::Iid);
        loose.keepGroups = false;
        const auto odd = samplesOf({"a", "b", "c", "d"}, 1, 7);
        const auto even = makePartition(odd, ring(4), loose);
        QVERIFY(even);
        for (const auto& silo : even->silos)
            QCOMPARE(silo.size(), std::size_t(7));
    }

    void wholeGroupsInEqualParts()
    {
        std::vector<SampleInfo> samples = samplesOf({"a"}, 12, 10);
        const auto more = samplesOf({"b"}, 24, 5);
        samples.insert(samples.end(), more.begin(), more.end());
        PartitionSettings settings = settingsOf(PartitionScheme::Groups);
        settings.keepGroups = false; // groups are what this scheme is about
        const auto partition = makePartition(samples, ring(6), settings);
        QVERIFY(partition);
        QVERIFY(isSound(*partition, samples));
        QVERIFY(partition->unused.empty());
        for (const auto& silo : partition->silos)
            QCOMPARE(silo.size(), std::size_t(40));
    }

    void dirichletFollowsAlpha()
    {
        const auto samples = samplesOf(kSix, 500, 1);
        const auto spreadAt = [&samples](double alpha) {
            double spread = 0.0;
            for (std::uint64_t seed = 1; seed <= 20; ++seed) {
                PartitionSettings settings = settingsOf(PartitionScheme::Dirichlet);
                settings.alpha = alpha;
                settings.seed = seed;
                const auto partition = makePartition(samples, ring(5), settings);
                if (!partition || !isSound(*partition, samples) || !partition->unused.empty())
                    return std::nan("");
                for (const auto& silo : reportOf(*partition, samples, ring(5)).silos)
                    for (const std::size_t count : silo.perSource)
                        spread += std::pow(static_cast<double>(count) / 500.0 - 0.2, 2.0) / (20 * 5 * 6);
            }
            return spread;
        };
        // Variance of one share: (1/n)(1−1/n)/(n·alpha + 1).
        for (const double alpha : {0.3, 1.0, 100.0}) {
            const double expected = 0.16 / (5.0 * alpha + 1.0);
            const double found = spreadAt(alpha);
            QVERIFY2(std::abs(found - expected) < 0.25 * expected,
                     qPrintable(QString::number(found / expected)));
        }
        PartitionSettings hopeless = settingsOf(PartitionScheme::Dirichlet);
        hopeless.alpha = 1e-6;
        hopeless.leastSamples = 100;
        const std::string why = refusal(samples, ring(20), hopeless);
        QVERIFY2(why.find("a larger alpha, fewer silos") != std::string::npos, why.c_str());
    }

    void theSeedDecides()
    {
        const auto samples = samplesOf(kSix, 30, 4);
        for (const PartitionScheme scheme :
             {PartitionScheme::Overlap, PartitionScheme::Disjoint, PartitionScheme::Iid,
              PartitionScheme::Dirichlet, PartitionScheme::Groups}) {
            PartitionSettings settings = settingsOf(scheme);
            const auto first = makePartition(samples, ring(5), settings);
            QVERIFY(first);
            QVERIFY(makePartition(samples, ring(5), settings)->silos == first->silos);
            settings.seed = 2;
            QVERIFY(makePartition(samples, ring(5), settings)->silos != first->silos);
        }
    }

    void oneSiloGetsAll()
    {
        const auto samples = samplesOf({"a", "b"}, 3, 3);
        for (const PartitionScheme scheme :
             {PartitionScheme::Overlap, PartitionScheme::Disjoint, PartitionScheme::Iid,
              PartitionScheme::Dirichlet, PartitionScheme::Groups}) {
            const auto partition = makePartition(samples, {{}}, settingsOf(scheme));
            QVERIFY(partition);
            QCOMPARE(partition->silos[0].size(), samples.size());
            const PartitionReport report = reportOf(*partition, samples, {{}});
            QVERIFY(!report.silos[0].hasNeighbours);
            QVERIFY(toJson(report)["silos"][0]["unseen_share"].is_null());
        }
    }

    void refusesHostileInput()
    {
        const auto samples = samplesOf(kSix, 4, 4);
        QVERIFY(refusal({}, ring(3), {}) != "made");
        QVERIFY(refusal(samples, {}, {}) != "made");
        QVERIFY(refusal(samples, {{5}, {}}, {}) != "made");
        QVERIFY(refusal(samples, {{-1}, {}}, {}) != "made");
        QVERIFY(refusal(samples, ring(3), settingsOf(PartitionScheme::Overlap, 1.5)) != "made");
        QVERIFY(refusal(samples, ring(3), settingsOf(PartitionScheme::Overlap, std::nan(""))) != "made");
        PartitionSettings settings = settingsOf(PartitionScheme::Dirichlet);
        settings.alpha = 0.0;
        QVERIFY(refusal(samples, ring(3), settings) != "made");
        QVERIFY(refusal(samplesOf({"a"}, 2, 50), ring(5), settingsOf(PartitionScheme::Groups)) != "made");
        // Links to oneself and doubled links say nothing.
        QCOMPARE(refusal(samples, {{0, 1, 1}, {0}}, settingsOf(PartitionScheme::Disjoint)),
                 std::string("made"));
    }

    void reportByHand()
    {
        const auto samples = samplesOf({"a", "b", "c"}, 2, 2); // a: 0–3, b: 4–7, c: 8–11
        Partition partition;
        partition.silos = {{0, 1, 4}, {5, 8, 9, 10}, {2, 3}};
        partition.unused = {6, 7, 11};
        const Neighbours path{{1}, {}, {1}};
        const PartitionReport report = reportOf(partition, samples, path);
        QCOMPARE(report.silos[0].perSource, (std::vector<std::size_t>{2, 1, 0}));
        QCOMPARE(report.silos[0].groups, std::size_t(2));
        QCOMPARE(report.silos[0].unseenShare, 2.0 / 3.0); // a is not at silo 1, b is
        QCOMPARE(report.silos[1].unseenShare, 0.75);      // c is nowhere else; b is at silo 0
        QCOMPARE(report.silos[1].groups, std::size_t(3));
        QCOMPARE(report.silos[2].unseenShare, 1.0);
        QCOMPARE(report.silos[2].missingSources, std::size_t(2));
        QCOMPARE(report.unseenShare, 7.0 / 9.0);
        const auto json = toJson(report, {"Dublin", "Tokyo"});
        QCOMPARE(json["silos"][0]["name"].get<std::string>(), std::string("Dublin"));
        QCOMPARE(json["silos"][2]["name"].get<std::string>(), std::string("2"));
        QCOMPARE(json["silos"][1]["counts"].dump(), std::string("[0,1,3]"));
        QCOMPARE(json["sources"].dump(), std::string(R"(["a","b","c"])"));
        QCOMPARE(json["unused"].get<int>(), 3);
    }

    void settingsAreStrict()
    {
        const auto read = parsePartition({{"scheme", "dirichlet"}, {"alpha", 0.1}, {"samples_per_silo", 40}});
        QVERIFY(read);
        QCOMPARE(read->scheme, PartitionScheme::Dirichlet);
        QVERIFY(toJson(*parsePartition(toJson(*read))) == toJson(*read));
        QCOMPARE(parsePartition({{"scheme", "disjoint"}})->unseenShare, 1.0);
        QVERIFY(!parsePartition({{"scheme", "disjoint"}, {"unseen_share", 0.2}}));
        QVERIFY(!parsePartition({{"unseen_share", 1.01}}));
        QVERIFY(!parsePartition({{"unseenshare", 1}}));
        QVERIFY(!parsePartition({{"scheme", "random"}}));
        QVERIFY(!parsePartition({{"alpha", 0}}));
    }

    void overlaysHaveNeighbours()
    {
        const auto overlay = Overlay::create(3, {{0, 1}, {1, 2}, {2, 0}});
        QVERIFY(overlay);
        QVERIFY(neighboursOf(*overlay) == (Neighbours{{1}, {2}, {0}}));
    }
};

QTEST_APPLESS_MAIN(TestPartition)
#include "tst_partition.moc"
