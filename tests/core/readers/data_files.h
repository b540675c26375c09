// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/image/picture_sequence.h"
#include "core/train/readers/dataset_readers.h"

#include <QTemporaryDir>
#include <fstream>
#include <functional>

namespace fedefm::test {

/// A folder that goes away with the test.
class DataFolder
{
public:
    std::filesystem::path path(const std::string& name = {}) const
    {
        const std::filesystem::path root = m_folder.path().toStdString();
        return name.empty() ? root : root / name;
    }

    void text(const std::string& name, const std::string& content) const
    {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << content;
    }

    /// An 8-bit grey PNG with the values of `value(x, y)`.
    void png(const std::string& name, int width, int height, const std::function<int(int, int)>& value) const
    {
        std::filesystem::create_directories(path(name).parent_path());
        std::vector<std::uint8_t> bytes;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                bytes.push_back(static_cast<std::uint8_t>(value(x, y)));
        if (!writePng(path(name), bytes.data(), width, height, 1, true))
            qFatal("cannot write a picture");
    }

    /// The same as NumPy's .npy of unsigned bytes, rows × columns.
    void npy(const std::string& name, int width, int height, const std::function<int(int, int)>& value,
             const std::string& fortran = "False") const
    {
        std::string header = "{'descr': '|u1', 'fortran_order': " + fortran + ", 'shape': (" +
                             std::to_string(height) + ", " + std::to_string(width) + "), }";
        header.resize(118, ' ');
        header.back() = '\n';
        std::string bytes = std::string("\x93NUMPY\x01", 7) + '\0' + char(118) + '\0' + header;
        for (int i = 0; i < width * height; ++i)
            bytes += static_cast<char>(fortran == "True" ? value(i / height, i % height)
                                                         : value(i % width, i / width));
        text(name, bytes);
    }

    Result<DatasetPtr> open(nlohmann::json description) const
    {
        if (!description.contains("path"))
            description["path"] = ".";
        return openDataset(description, path());
    }

private:
    QTemporaryDir m_folder;
};

/// All faults in one text.
inline std::string faultsOf(const Dataset& dataset)
{
    std::string text;
    for (const DataFault& fault : dataset.faults())
        text += fault.file + ": " + fault.reason + "\n";
    return text;
}

} // namespace fedefm::test
