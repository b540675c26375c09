// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/config_draft.h"

#include "core/base/atomic_file.h"
#include "core/train/config_document.h"
#include "core/train/train_config.h"
#include "ui/train/config_presets.h"
#include "ui/train/config_schema.h"

#include <QDir>
#include <QFileInfo>

namespace fedefm {

namespace {
constexpr std::size_t kMaxConfigBytes = 1u << 20;
constexpr int kIndent = 2;
} // namespace

ConfigDraft::ConfigDraft(QObject* parent)
    : QObject(parent), m_document(toJson(TrainConfig{})), m_defaults(m_document), m_folder(QDir::homePath())
{
    check();
}

QString ConfigDraft::text() const
{
    return QString::fromStdString(
        m_document.dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace));
}

void ConfigDraft::load(const nlohmann::json& document, const QString& folder)
{
    m_document = document;
    m_folder = folder;
    check();
    Q_EMIT changed();
}

Status ConfigDraft::loadFile(const QString& path)
{
    const std::string file = path.toStdString();
    const auto text = readFile(file, kMaxConfigBytes);
    if (!text)
        return tl::unexpected(text.error());
    const auto document = parseConfigDocument(*text, QFileInfo(path).fileName().toStdString());
    if (!document)
        return tl::unexpected(document.error());
    load(*document, QFileInfo(path).absolutePath());
    return {};
}

Status ConfigDraft::saveFile(const QString& path, bool overwrite) const
{
    return writeFile(path.toStdString(), text().toStdString() + "\n",
                     overwrite ? Overwrite::Yes : Overwrite::No);
}

void ConfigDraft::setValue(const std::string& key, const nlohmann::json& value)
{
    if (valueAt(m_document, key) == value && !m_problem)
        return;
    setValueAt(m_document, key, value);
    if (key == "model.network" && value.is_string())
        if (auto parameters = firstParameters(value.get<std::string>()))
            setValueAt(m_document, "model.hyper_parameters", std::move(*parameters));
    check();
    Q_EMIT changed();
}

nlohmann::json ConfigDraft::value(const std::string& key) const
{
    return isGiven(key) ? valueAt(m_document, key) : valueAt(m_defaults, key);
}

bool ConfigDraft::isGiven(const std::string& key) const
{
    return !valueAt(m_document, key).is_null();
}

void ConfigDraft::setText(const QString& text)
{
    auto document = parseConfigDocument(text.toStdString(), {});
    if (document)
        m_document = std::move(*document);
    check();
    if (!document)
        m_problem = Error{document.error().code, {}, document.error().detail};
    Q_EMIT changed();
}

void ConfigDraft::check()
{
    m_problem.reset();
    const auto parsed = parseTrainConfig(m_document);
    if (!parsed)
        m_problem = parsed.error();
    else if (valueAt(m_document, "model.network").is_null())
        m_problem = Error{ErrorCode::InvalidArgument, "model", "no network is chosen; begin with a preset"};
    else if (parsed->data.empty())
        m_problem = Error{ErrorCode::InvalidArgument, "data", "no data is chosen; use the data browser"};
}

} // namespace fedefm
