// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/torch/trainer.h"

#include <string>
#include <vector>

namespace fedefm {

/// The data sets of a training; validation and test may be null.
struct TrainingData
{
    DatasetPtr train, validation, test;
    std::vector<DatasetPtr> sources;   ///< the sets that were opened: one that is split, or one for each part
    nlohmann::json split;              ///< which samples are for what, by name
    std::vector<std::string> warnings; ///< faults of files, leaks between the parts
    std::vector<std::string> notes;    ///< what a run that goes on must say once more
};

/// `data` is one of
///   {"train": D, "validation": D, "test": D}      validation and test may be absent
///   D with "split": {"validation": 0.1, "test": 0.1, "seed": 1}           shares of the groups
///   D with "split": {"train": ["0*"], "validation": ["09"], "test": […]}  groups by name
/// where D is the description of a data set or, as a part or under "sets" beside "split", a list of them.
/// Beside them may stand "cache_mb" (read samples of a part are kept in memory up to that; default 1024, and
/// 0 for more than 10,000 samples) and "folder" (where relative paths begin; for the opener). A run that goes
/// on hands in the split that it `recorded`: files that came since are left out with a warning. Errors:
/// InvalidArgument (classes of the parts in another order; recorded samples are gone), those of the opener.
Result<TrainingData> openTrainingData(const nlohmann::json& data, const DatasetOpener& openData,
                                      std::uint64_t seed, const nlohmann::json& recorded = nullptr);

/// Equal numbers must mean the same in a part ("validation", "test") as in training. Other names may be
/// another set's for the same: a warning. Errors: InvalidArgument where the names are in another order, which
/// is a mistake for certain. Names of masks are compared on opening, those of whole pictures by
/// classifications.
Status compareClasses(const std::string& part, const std::vector<std::string>& own,
                      const std::vector<std::string>& training, std::vector<std::string>& warnings);

/// Names of the samples, or of a very large set their number, for the record of a run.
nlohmann::json sampleNames(const DatasetPtr& dataset);
std::string recordedName(const std::string& id); ///< a sample's id as it stands there

/// Makes the parts what the run `recorded` (as sampleNames says it) when it began, whatever has come since.
/// Errors: InvalidArgument when samples are gone.
Status keepRecorded(TrainingData& parts, const nlohmann::json& recorded);
/// Of very large parts a run records the number alone. To be asked of parts that are as a training uses them.
/// Errors: InvalidArgument where it differs.
Status checkRecordedCounts(const TrainingData& parts, const nlohmann::json& recorded);
/// Which samples a run folder says were for what. Errors: those of readFile; NotRecognised.
Result<nlohmann::json> readRecordedSplit(const std::filesystem::path& run);

/// Leaves pictures without a class out of the parts, which a classification cannot learn from, and warns of
/// them and of classes that training lacks. Sets with flags keep all pictures. Errors: InvalidArgument when a
/// part has no picture with a class, those of compareClasses().
Status keepClassified(TrainingData& parts);

/// Adds warnings of pictures that the parts have in common, which makes validation and test worthless: up to
/// 500 samples are compared by their pixels, more by the bytes of their files. Says so, too, where parts have
/// groups of the same name and where something could not be compared.
void noteLeaks(TrainingData& parts);

} // namespace fedefm
