// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/dataset_loader.h"

#include "core/train/readers/dataset_readers.h"
#include "ui/train/label_picture.h"

#include <algorithm>
#include <memory>

namespace fedefm {

namespace {

struct Opened
{
    DatasetPtr dataset;
    DatasetOverview overview;
};

QStringList texts(const std::vector<std::string>& names)
{
    QStringList list;
    for (const std::string& name : names)
        list << QString::fromStdString(name);
    return list;
}

Result<Opened> openWithOverview(const nlohmann::json& description, const std::string& folder)
{
    const auto dataset = openDataset(description, folder);
    if (!dataset)
        return tl::unexpected(dataset.error());
    const auto statistics = statisticsOf(**dataset, DatasetLoader::kCountedSamples);
    if (!statistics)
        return tl::unexpected(statistics.error());
    Opened result{*dataset, {}};
    result.overview.statistics = *statistics;
    result.overview.size = (*dataset)->size();
    result.overview.counted = std::min(result.overview.size, DatasetLoader::kCountedSamples);
    result.overview.classNames = texts((*dataset)->classNames());
    result.overview.imageClassNames = texts((*dataset)->imageClassNames());
    // Samples that proved unreadable while counting are faults as well.
    result.overview.faults = (*dataset)->faults();
    return result;
}

Result<SamplePicture> pictureAt(const Dataset& dataset, std::size_t index)
{
    const auto sample = dataset.sample(index);
    if (!sample)
        return tl::unexpected(sample.error());
    const SampleInfo info = dataset.sampleInfo(index);
    SamplePicture picture;
    picture.index = index;
    picture.picture = pictureOf(*sample);
    picture.labelled = overLabels(picture.picture, labelsOf(*sample));
    QStringList parts{QString::fromStdString(info.id),
                      QStringLiteral("%1 × %2").arg(sample->width).arg(sample->height)};
    if (!info.source.empty())
        parts << QString::fromStdString(info.source);
    const std::vector<std::string> names = dataset.imageClassNames();
    if (info.imageClass >= 0 && info.imageClass < static_cast<int>(names.size()))
        parts << QString::fromStdString(names[static_cast<std::size_t>(info.imageClass)]);
    picture.caption = parts.join(QStringLiteral(" · "));
    return picture;
}

} // namespace

DatasetLoader::DatasetLoader(QObject* parent) : QObject(parent), m_worker(QStringLiteral("datasets")) {}

DatasetLoader::~DatasetLoader() = default;

void DatasetLoader::open(const nlohmann::json& description, const QString& folder)
{
    m_isOpening = true;
    m_dataset.reset();
    const int number = ++m_openNumber;
    m_worker.post([this, description, number, folder = folder.toStdString()] {
        auto outcome = std::make_shared<Result<Opened>>(openWithOverview(description, folder));
        answerOn(this, [this, outcome, number] {
            if (number != m_openNumber)
                return;
            m_isOpening = false;
            if (!*outcome) {
                Q_EMIT failed(outcome->error());
                return;
            }
            m_dataset = (*outcome)->dataset;
            Q_EMIT opened((*outcome)->overview);
        });
    });
}

void DatasetLoader::readSample(std::size_t index)
{
    if (!m_dataset)
        return;
    const int number = ++m_sampleNumber;
    m_worker.post([this, index, number, dataset = m_dataset] {
        auto outcome = std::make_shared<Result<SamplePicture>>(pictureAt(*dataset, index));
        answerOn(this, [this, outcome, number, dataset] {
            if (number != m_sampleNumber || dataset != m_dataset)
                return;
            if (*outcome)
                Q_EMIT sampleRead(**outcome);
            else
                Q_EMIT failed(outcome->error());
        });
    });
}

} // namespace fedefm
