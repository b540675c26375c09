// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>

namespace fedefm {

class MainWindow;

/// Measures the running window for `fedefm bench`: time from process start to the first picture, from the
/// open call to the first picture, frames late and processor time while the clip plays, memory. Prints one
/// JSON document on stdout and quits. The application must have been started with one file.
class SelfMeasure : public QObject
{
    Q_OBJECT
public:
    SelfMeasure(MainWindow& window, double seconds, QObject* parent = nullptr);

    /// Milliseconds since the operating system started this process.
    static double processAgeMs();

private:
    void onPainted();
    void startPlay();
    void finish();

    MainWindow& m_window;
    double m_seconds;
    double m_windowShownMs = 0.0;
    double m_firstPictureMs = 0.0;
    double m_openCallMs = 0.0;
    double m_cpuAtPlayMs = 0.0;
    QElapsedTimer m_play;
};

} // namespace fedefm
