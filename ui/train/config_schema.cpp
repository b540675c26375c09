// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/train/config_schema.h"

#include <QtGlobal>

#include <filesystem>

namespace fedefm {

namespace {

using Kind = ConfigField::Kind;

constexpr const char* kNetworks =
    "wirenet|unet|unet_bilinear|transunet|swin_unet|vit_seg|fedefm_medvit|timm_vit|lvm_med_resnet50|"
    "lvm_med_vit"; // SAM answers prompts and is not trained here

#define TEXT(source) QT_TRANSLATE_NOOP("ConfigField", source)

std::vector<ConfigField> runFields()
{
    const char* group = TEXT("Run");
    return {
        {group, "name", TEXT("Name"), TEXT("Becomes part of the run's folder name"), Kind::Text},
        {group, "task", TEXT("Task"), TEXT("Mark pixels, or name whole pictures"), Kind::Choice, 0, 0,
         "segmentation|classification"},
        {group, "seed", TEXT("Seed"), TEXT("The same seed on the same machine gives the same weights"),
         Kind::Integer, 0, 2147483647},
        {group, "device", TEXT("Device"), TEXT("cpu, cuda, or cuda:N for one of several cards"), Kind::Choice,
         0, 0, "cpu|cuda|cuda:0|cuda:1", "", true},
        {group, "threads", TEXT("Threads"), TEXT("0 uses all cores"), Kind::Integer, 0, 1024},
        {group, "precision", TEXT("Precision"),
         TEXT("bfloat16 is faster; auto takes it where the device has it"), Kind::Choice, 0, 0,
         "float32|bfloat16|auto"},
        {group, "max_minutes", TEXT("Time limit"), TEXT("Stops after the step that passes this; 0: no limit"),
         Kind::Real, 0, 1e6, "", "min"},
        {group, "checkpoint_every_steps", TEXT("Checkpoint every"),
         TEXT("A run that is cut off resumes from its last checkpoint"), Kind::Integer, 1, 1e9, "", "steps"},
    };
}

std::vector<ConfigField> modelFields()
{
    const char* group = TEXT("Network");
    return {
        {group, "model.network", TEXT("Network"), TEXT("Architecture; presets bring its parameters along"),
         Kind::Choice, 0, 0, kNetworks, "", true},
        {group, "model.hyper_parameters", TEXT("Its parameters"),
         TEXT("JSON; the documentation of training says which"), Kind::Json},
        {group, "init", TEXT("Begin with"),
         TEXT("Weights to begin with: a file, a run folder or a model's name; empty: random"), Kind::Text},
        {group, "init_drop_prefix", TEXT("Drop prefix"), TEXT("Taken off the names of those weights"),
         Kind::Text},
        {group, "init_partial", TEXT("Heads may differ"),
         TEXT("Weights of another shape are left random instead of being an error"), Kind::Flag},
        {group, "ema_decay", TEXT("Average of weights"),
         TEXT("Above 0, a moving average is validated and saved, for example 0.999"), Kind::Real, 0,
         0.999999},
    };
}

std::vector<ConfigField> dataFields()
{
    const char* group = TEXT("Data");
    return {
        {group, "data", TEXT("Data sets"),
         TEXT("JSON: \"train\", \"validation\" and \"test\", or one set with \"split\". The data browser "
              "fills it in"),
         Kind::Json},
        {group, "input", TEXT("Input"), TEXT("JSON: how a picture becomes the network's input"), Kind::Json},
        {group, "augmentation", TEXT("Augmentation"), TEXT("JSON: random changes of the training pictures"),
         Kind::Json},
        {group, "batch_size", TEXT("Batch size"), TEXT("Pictures per step"), Kind::Integer, 1, 65536},
        {group, "samples_per_epoch", TEXT("Samples per epoch"), TEXT("0: every sample once"), Kind::Integer},
    };
}

std::vector<ConfigField> courseFields()
{
    const char* group = TEXT("Course");
    return {
        {group, "epochs", TEXT("Epochs"), TEXT("How often the data is gone through"), Kind::Integer, 1, 1e6},
        {group, "optimizer.kind", TEXT("Optimiser"), TEXT("What turns gradients into steps"), Kind::Choice, 0,
         0, "adamw|sgd"},
        {group, "optimizer.learning_rate", TEXT("Learning rate"), TEXT("At its highest"), Kind::Real, 1e-12,
         1000},
        {group, "optimizer.momentum", TEXT("Momentum"), TEXT("Of SGD"), Kind::Real, 0, 0.999999},
        {group, "optimizer.weight_decay", TEXT("Weight decay"), TEXT("Pull of the weights towards 0"),
         Kind::Real, 0, 1},
        {group, "optimizer.clip_norm", TEXT("Clip gradient at"), TEXT("Largest norm; 0: not clipped"),
         Kind::Real},
        {group, "schedule.kind", TEXT("Schedule"), TEXT("How the learning rate changes"), Kind::Choice, 0, 0,
         "constant|cosine|poly"},
        {group, "schedule.warm_up_steps", TEXT("Warm-up"), TEXT("The learning rate rises from 0 over these"),
         Kind::Integer, 0, 1e9, "", "steps"},
        {group, "schedule.final_factor", TEXT("Final factor"),
         TEXT("Of the learning rate, at the end of cosine"), Kind::Real, 0, 1},
        {group, "schedule.power", TEXT("Power"), TEXT("Of poly"), Kind::Real, 1e-12, 100},
        {group, "patience", TEXT("Patience"),
         TEXT("Epochs without a better validation before the end; 0: off"), Kind::Integer},
    };
}

std::vector<ConfigField> lossFields()
{
    const char* group = TEXT("Loss");
    return {
        {group, "loss.cross_entropy", TEXT("Cross-entropy"), TEXT("Weight in the sum; 0: not computed"),
         Kind::Real},
        {group, "loss.dice", TEXT("Dice"), TEXT("Weight in the sum; 0: not computed"), Kind::Real},
        {group, "loss.focal", TEXT("Focal"), TEXT("Weight in the sum; 0: not computed"), Kind::Real},
        {group, "loss.focal_gamma", TEXT("Focal γ"), TEXT("How much easy pixels fade"), Kind::Real, 0, 100},
        {group, "loss.cl_dice", TEXT("Soft clDice"),
         TEXT("Weight in the sum; keeps thin lines connected; 0: not computed"), Kind::Real},
        {group, "loss.cl_dice_iterations", TEXT("clDice iterations"),
         TEXT("Of the soft skeleton: about half the width of a line in pixels"), Kind::Integer, 1, 100},
        {group, "loss.boundary", TEXT("Boundary"), TEXT("Weight of the distance-map loss; 0: not computed"),
         Kind::Real},
        {group, "loss.class_weights", TEXT("Class weights"),
         TEXT("JSON list, one number per class with background; [] for all 1"), Kind::Json},
    };
}

std::vector<ConfigField> validationFields()
{
    const char* group = TEXT("Validation");
    return {
        {group, "validation_every", TEXT("Every"), TEXT("Epochs between validations"), Kind::Integer, 1, 1e9,
         "", "epochs"},
        {group, "validation_limit", TEXT("At most"), TEXT("Samples per validation; 0: all"), Kind::Integer},
        {group, "metrics", TEXT("Metric set"), TEXT("proper: pooled; paper: as the authors' code counts"),
         Kind::Choice, 0, 0, "proper|paper"},
        {group, "select_by", TEXT("Choose best by"),
         TEXT("Validation value that chooses the best epoch; higher is better"), Kind::Choice, 0, 0,
         "foreground.dice|foreground.cl_dice|dice|accuracy", "", true},
        {group, "sample_pictures", TEXT("Sample pictures"), TEXT("Predictions saved at every validation"),
         Kind::Integer, 0, 1000},
    };
}

#undef TEXT

std::string absolutePath(const std::string& path, const std::filesystem::path& folder)
{
    const std::filesystem::path given(path);
    return path.empty() || given.is_absolute() ? path : (folder / given).lexically_normal().string();
}

} // namespace

const std::vector<ConfigField>& configFields()
{
    static const std::vector<ConfigField> fields = [] {
        std::vector<ConfigField> all;
        for (const auto& part :
             {runFields(), dataFields(), modelFields(), courseFields(), lossFields(), validationFields()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return fields;
}

nlohmann::json valueAt(const nlohmann::json& document, const std::string& key)
{
    const nlohmann::json* at = &document;
    for (std::size_t from = 0; from <= key.size();) {
        const std::size_t dot = std::min(key.find('.', from), key.size());
        if (!at->is_object() || !at->contains(key.substr(from, dot - from)))
            return nullptr;
        at = &(*at)[key.substr(from, dot - from)];
        from = dot + 1;
    }
    return *at;
}

void setValueAt(nlohmann::json& document, const std::string& key, nlohmann::json value)
{
    nlohmann::json* at = &document;
    for (std::size_t from = 0; from <= key.size();) {
        const std::size_t dot = std::min(key.find('.', from), key.size());
        if (!at->is_object())
            *at = nlohmann::json::object();
        at = &(*at)[key.substr(from, dot - from)];
        from = dot + 1;
    }
    *at = std::move(value);
}

std::string dataFolder(const nlohmann::json& document, const std::string& folder)
{
    const nlohmann::json given = valueAt(document, "data.folder");
    return given.is_string() ? absolutePath(given.get<std::string>(), folder) : folder;
}

nlohmann::json withAbsolutePaths(nlohmann::json document, const std::string& folder)
{
    if (document.is_object() && document.contains("data") && document["data"].is_object())
        document["data"]["folder"] = dataFolder(document, folder);
    // A name of a model stays a name; only what exists beside the configuration is a path.
    const nlohmann::json init = valueAt(document, "init");
    std::error_code code;
    if (init.is_string() && !init.get<std::string>().empty() &&
        std::filesystem::exists(std::filesystem::path(folder) / init.get<std::string>(), code))
        document["init"] = absolutePath(init.get<std::string>(), folder);
    return document;
}

} // namespace fedefm
