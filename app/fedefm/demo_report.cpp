// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/demo_report.h"

#include "core/base/clock.h"
#include "core/base/version.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace fs = std::filesystem;

namespace fedefm::cli {

namespace {

constexpr std::size_t kMaxPictureBytes = std::size_t(16) << 20;
constexpr const char* kStyle =
    "body{font:15px/1.5 sans-serif;background:#16181c;color:#e8e8e8;max-width:1100px;margin:2em "
    "auto;padding:0 1em}"
    "h1,h2{font-weight:600}a{color:#56B4E9}table{border-collapse:collapse}td,th{padding:.25em 1em .25em "
    "0;text-align:left}"
    "th{color:#a8acb4;font-weight:normal}td{font-variant-numeric:tabular-nums}"
    ".pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1em}"
    "figure{margin:0}img{width:100%}figcaption{color:#a8acb4}.note{border-left:4px solid "
    "#E69F00;padding:.3em 1em}svg{max-width:640px;width:100%;font:12px sans-serif}text{fill:#a8acb4}";

std::string base64(const std::string& bytes)
{
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
    }
    return text;
}

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    return result;
}

std::string percent(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100.0 * share);
    return text;
}

std::string number(double value, int decimals)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

void scoreRow(std::ostringstream& html, const char* name, const CurveScore& score)
{
    html << "<tr><th>" << name << "</th><td>" << percent(score.precision()) << "</td><td>"
         << percent(score.recall()) << "</td></tr>\n";
}

long long pointsNear(const std::vector<Polyline>& lines, const std::vector<Polyline>& others,
                     long long& total)
{
    long long near = 0;
    for (const Polyline& line : lines)
        for (const Point& p : resample(line, 1.0)) {
            ++total;
            near += std::any_of(others.begin(), others.end(), [&](const Polyline& other) {
                return distanceTo(other, p) <= kHitDistancePx;
            });
        }
    return near;
}

void writeFacts(std::ostringstream& html, const DemoReport& report)
{
    html << "<h2>What was done</h2><table>\n<tr><th>Sequence</th><td>" << report.frames << " frames of "
         << report.sizePx << " x " << report.sizePx << " pixels at " << number(report.fps, 1)
         << " fps, simulated with seed " << report.seed << "</td></tr>\n<tr><th>Model</th><td>"
         << escaped(report.model.name) << " " << escaped(report.model.version)
         << "</td></tr>\n<tr><th>Training</th><td>" << escaped(report.model.training)
         << "</td></tr>\n<tr><th>Time per frame</th><td>" << number(report.medianMs, 1) << " ms median, "
         << number(report.p95Ms, 1) << " ms for 95 %</td></tr>\n</table>\n"
         << "<h2>Centre-lines against the truth</h2><p>A point counts as right within "
         << number(kHitDistancePx, 0)
         << " pixels.</p><table>\n<tr><th></th><th>precision</th><th>recall</th></tr>\n";
    scoreRow(html, "catheter or guidewire", report.anyWire);
    scoreRow(html, "catheter", report.catheter);
    scoreRow(html, "guidewire", report.guidewire);
    html << "</table>\n";
}

Status writePictures(std::ostringstream& html, const DemoReport& report)
{
    html << "<h2>Pictures</h2><p>Catheter blue, guidewire orange, tips yellow.</p><div class=\"pictures\">\n";
    for (const DemoPicture& picture : report.pictures) {
        const auto bytes = readFile(picture.png, kMaxPictureBytes);
        if (!bytes)
            return tl::unexpected(bytes.error());
        html << "<figure><img alt=\"" << escaped(picture.caption) << "\" src=\"data:image/png;base64,"
             << base64(*bytes) << "\"><figcaption>" << escaped(picture.caption) << "</figcaption></figure>\n";
    }
    html << "</div>\n";
    return {};
}

void writeShares(std::ostringstream& html, const DemoSession& session)
{
    html << "<p>Training pictures by source:</p><table>\n<tr><th></th>";
    for (const std::string& source : session.sources)
        html << "<th>" << escaped(source) << "</th>";
    html << "</tr>\n";
    for (const DemoSession::Silo& silo : session.silos) {
        html << "<tr><th>" << escaped(silo.name) << "</th>";
        for (const int pictures : silo.pictures)
            html << "<td>" << (pictures > 0 ? std::to_string(pictures) : "none") << "</td>";
        html << "</tr>\n";
    }
    html << "</table>\n";
}

/// Accuracy of 0 to 100 % over the rounds.
void writeCurve(std::ostringstream& html, const std::vector<MetricPoint>& points)
{
    constexpr double kLeft = 50.0, kTop = 15.0, kWidth = 570.0, kHeight = 160.0;
    const auto lastRound = static_cast<double>(points.back().step);
    const auto x = [&](double round) { return number(kLeft + kWidth * round / lastRound, 1); };
    const auto y = [&](double share) { return number(kTop + kHeight * (1.0 - share), 1); };
    html << "<svg viewBox=\"0 0 640 210\" role=\"img\" aria-label=\"Accuracy of the merged model over the "
            "rounds\">\n";
    for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0})
        html << "<line x1=\"" << x(0) << "\" x2=\"" << x(lastRound) << "\" y1=\"" << y(share) << "\" y2=\""
             << y(share) << "\" stroke=\"#3a3e46\"/><text x=\"" << kLeft - 6.0 << "\" y=\"" << y(share)
             << "\" text-anchor=\"end\" dominant-baseline=\"middle\">" << number(100.0 * share, 0)
             << " %</text>\n";
    html << "<polyline fill=\"none\" stroke=\"#56B4E9\" stroke-width=\"2\" points=\"";
    for (const MetricPoint& point : points)
        html << x(static_cast<double>(point.step)) << ',' << y(point.value) << ' ';
    html << "\"/>\n";
    for (const MetricPoint& point : points)
        html << "<circle r=\"3\" fill=\"#56B4E9\" cx=\"" << x(static_cast<double>(point.step)) << "\" cy=\""
             << y(point.value) << "\"><title>round " << point.step << ": " << percent(point.value)
             << "</title></circle><text x=\"" << x(static_cast<double>(point.step))
             << "\" y=\"193\" text-anchor=\"middle\">" << point.step << "</text>\n";
    html << "<text x=\"" << x(lastRound / 2.0) << "\" y=\"208\" text-anchor=\"middle\">round</text></svg>\n";
}

void writeSession(std::ostringstream& html, const DemoReport& report, const fs::path& folder)
{
    html << "<h2>Federated session</h2>\n";
    if (!report.session) {
        html << "<p>None: the learning program is not installed.</p>\n";
        return;
    }
    constexpr double kMegabyte = 1e6;
    const DemoSession& session = *report.session;
    const std::string run = session.run.lexically_relative(fs::absolute(folder)).string();
    html << "<p>" << session.silos.size() << " silos in one process learn to tell " << session.sources.size()
         << " sources of pictures apart. Weights travel, pictures stay.</p>\n";
    writeShares(html, session);
    if (!session.accuracy.empty()) {
        html << "<p>Accuracy of the merged model on pictures of all sources; guessing gives "
             << percent(1.0 / static_cast<double>(session.sources.size())) << ". After round "
             << session.accuracy.back().step << ": " << percent(session.accuracy.back().value) << ".</p>\n";
        writeCurve(html, session.accuracy);
    }
    html << "<p class=\"note\">The accuracy is that of a demo: a small network, few simulated pictures, few "
            "rounds, one seed. It says nothing about real pictures or about the method's worth.</p>\n"
         << "<table>\n<tr><th>Strategy</th><td>" << escaped(session.strategy) << ", " << session.rounds
         << " rounds in " << number(session.wallSeconds, 1) << " s</td></tr>\n<tr><th>Topology</th><td>"
         << escaped(session.topology) << "; cycle time " << number(session.cycleTimeMs, 1)
         << " ms by the published constants</td></tr>\n<tr><th>Sent</th><td>"
         << number(session.bytes / kMegabyte, 1) << " MB by all silos</td></tr>\n"
         << "<tr><th>Run folder</th><td><a href=\"" << escaped(run) << "\">" << escaped(run)
         << "</a></td></tr>\n</table>\n";
}

} // namespace

void CurveScore::add(const std::vector<Polyline>& predicted, const std::vector<Polyline>& truth)
{
    right += pointsNear(predicted, truth, found);
    covered += pointsNear(truth, predicted, present);
}

Status writeDemoReport(const fs::path& target, const DemoReport& report, Overwrite overwrite)
{
    std::ostringstream html;
    html << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" << kProductName
         << " demo</title><style>" << kStyle << "</style></head><body>\n<h1>" << kProductName << " "
         << kVersion << " demo</h1>\n<p class=\"note\">" << kResearchUse
         << ". The pictures are simulated.</p>\n";
    writeFacts(html, report);
    if (auto written = writePictures(html, report); !written)
        return written;
    writeSession(html, report, target.parent_path());
    html << "<h2>Files</h2><ul>\n";
    for (const fs::path& file : report.files) {
        const std::string name = file.lexically_relative(target.parent_path()).string();
        html << "<li><a href=\"" << escaped(name) << "\">" << escaped(name) << "</a></li>\n";
    }
    html << "</ul>\n<p>" << isoTimeUtc() << "</p></body></html>\n";
    return writeFile(target, html.str(), overwrite);
}

} // namespace fedefm::cli
