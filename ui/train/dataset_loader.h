// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/data/dataset.h"
#include "ui/common/worker_thread.h"

#include <QImage>
#include <QObject>
#include <QString>
#include <QStringList>

#include <nlohmann/json.hpp>

namespace fedefm {

/// What the browser shows of a data set.
struct DatasetOverview
{
    DatasetStatistics statistics;
    std::size_t size = 0;
    std::size_t counted = 0; ///< samples that the statistics were taken from
    QStringList classNames;
    QStringList imageClassNames;
    std::vector<DataFault> faults;
};

struct SamplePicture
{
    std::size_t index = 0;
    QImage picture;
    QImage labelled;
    QString caption;
};

/// Opens data sets and reads samples on a thread of its own; only the newest question is answered.
class DatasetLoader : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t kCountedSamples = 64;

    explicit DatasetLoader(QObject* parent = nullptr);
    ~DatasetLoader() override;

    void open(const nlohmann::json& description, const QString& folder);
    void readSample(std::size_t index);
    bool isOpening() const { return m_isOpening; }

Q_SIGNALS:
    void opened(const fedefm::DatasetOverview& overview);
    void sampleRead(const fedefm::SamplePicture& sample);
    void failed(const fedefm::Error& error);

private:
    DatasetPtr m_dataset;
    int m_openNumber = 0;
    int m_sampleNumber = 0;
    bool m_isOpening = false;
    WorkerThread m_worker;
};

} // namespace fedefm
