// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/worker_thread.h"

namespace fedefm {

WorkerThread::WorkerThread(const QString& name) : m_inside(new QObject)
{
    m_thread.setObjectName(name);
    m_inside->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_inside, &QObject::deleteLater);
    m_thread.start();
}

WorkerThread::~WorkerThread()
{
    m_stopping = true;
    m_thread.quit();
    m_thread.wait();
}

void WorkerThread::post(std::function<void()> task)
{
    auto guarded = [this, work = std::move(task)] {
        if (!m_stopping)
            work();
    };
    QMetaObject::invokeMethod(m_inside, std::move(guarded), Qt::QueuedConnection);
}

} // namespace fedefm
