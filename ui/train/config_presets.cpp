// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/config_presets.h"

#include "core/train/config_document.h"
#include "ui/train/config_schema.h"

#include <QDir>
#include <QFile>

namespace fedefm {

namespace {

const QString kPresetFolder = QStringLiteral(":/fedefm/configs");
constexpr int kMaskClasses = 3; ///< background, catheter, guidewire

bool isListed(const std::string& network)
{
    for (const ConfigField& field : configFields())
        if (std::string("model.network") == field.key)
            return QString::fromLatin1(field.choices)
                .split(QLatin1Char('|'))
                .contains(QString::fromStdString(network));
    return false;
}

nlohmann::json officialParameters(const std::string& network)
{
    const bool isUNet = network == "unet" || network == "unet_bilinear" || network == "transunet";
    return {{isUNet ? "n_classes" : "num_classes", kMaskClasses}};
}

} // namespace

QStringList presetNames()
{
    QStringList names;
    for (const QString& file :
         QDir(kPresetFolder).entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name))
        names << file.chopped(5);
    return names;
}

Result<nlohmann::json> presetDocument(const QString& name)
{
    QFile file(QStringLiteral("%1/%2.json").arg(kPresetFolder, name));
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::FileNotFound, name.toStdString(), "no preset of this name");
    return parseConfigDocument(file.readAll().toStdString(), name.toStdString());
}

std::optional<nlohmann::json> firstParameters(const std::string& network)
{
    if (!isListed(network))
        return std::nullopt;
    for (const QString& name : presetNames()) {
        const auto document = presetDocument(name);
        if (!document || valueAt(*document, "model.network") != network)
            continue;
        nlohmann::json parameters = valueAt(*document, "model.hyper_parameters");
        return parameters.is_object() ? std::move(parameters) : nlohmann::json::object();
    }
    return officialParameters(network);
}

} // namespace fedefm
