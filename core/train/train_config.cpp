// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/train_config.h"

#include "core/base/strict_object.h"

#include <algorithm>
#include <cctype>

namespace fedefm {

namespace {

constexpr int kVersion = 1;
constexpr double kTiny = 1e-12;
constexpr std::size_t kLongestName = 80;

/// The sub-object, or an empty one, for readers of objects that may be absent.
const nlohmann::json& part(const nlohmann::json& document, const char* key)
{
    static const nlohmann::json kEmpty = nlohmann::json::object();
    return document.is_object() && document.contains(key) ? document[key] : kEmpty;
}

Status readLoss(const nlohmann::json& json, LossSettings& loss)
{
    StrictObject object(json, "loss");
    object.number("cross_entropy", loss.crossEntropy, 0.0);
    object.number("dice", loss.dice, 0.0);
    object.number("focal", loss.focal, 0.0);
    object.number("focal_gamma", loss.focalGamma, 0.0, 100.0);
    object.number("cl_dice", loss.clDice, 0.0);
    object.integer("cl_dice_iterations", loss.clDiceIterations, 1, 100);
    object.number("boundary", loss.boundary, 0.0);
    object.numbers("class_weights", loss.classWeights, 0.0);
    if (loss.crossEntropy + loss.dice + loss.focal + loss.clDice + loss.boundary <= 0.0)
        object.refuse("cross_entropy", "all weights of the loss are 0; nothing would be learnt");
    return object.finish();
}

Status readOptimizer(const nlohmann::json& json, OptimizerSettings& optimizer)
{
    StrictObject object(json, "optimizer");
    object.choice("kind", optimizer.kind, {"adamw", "sgd"});
    object.number("learning_rate", optimizer.learningRate, kTiny, 1000.0);
    object.number("momentum", optimizer.momentum, 0.0, 0.999999);
    object.number("weight_decay", optimizer.weightDecay, 0.0, 1.0);
    object.number("clip_norm", optimizer.clipNorm, 0.0);
    return object.finish();
}

Status readSchedule(const nlohmann::json& json, ScheduleSettings& schedule)
{
    StrictObject object(json, "schedule");
    object.choice("kind", schedule.kind, {"constant", "cosine", "poly"});
    object.integer("warm_up_steps", schedule.warmUpSteps, 0);
    object.number("final_factor", schedule.finalFactor, 0.0, 1.0);
    object.number("power", schedule.power, kTiny, 100.0);
    return object.finish();
}

bool isDevice(const std::string& text)
{
    if (text == "cpu" || text == "cuda")
        return true;
    return text.rfind("cuda:", 0) == 0 && text.size() > 5 && text.size() <= 8 &&
           text.find_first_not_of("0123456789", 5) == std::string::npos;
}

/// A run's name becomes part of a folder's name.
bool isName(const std::string& text)
{
    return !text.empty() && text.size() <= kLongestName && std::none_of(text.begin(), text.end(), [](char c) {
        return c == '/' || std::iscntrl(static_cast<unsigned char>(c)) != 0;
    });
}

void readWhatAndWhere(StrictObject& object, TrainConfig& config)
{
    object.text("name", config.name);
    if (!isName(config.name))
        object.refuse("name", "a name has 1 to 80 characters without '/' and control characters");
    object.choice("task", config.task, {"segmentation", "classification"});
    object.seed("seed", config.seed);
    object.integer("threads", config.threads, 0, 1024);
    object.text("device", config.device);
    if (!isDevice(config.device))
        object.refuse("device", "'" + config.device + "' is none of cpu, cuda, cuda:N");
    object.choice("precision", config.precision, {"float32", "bfloat16", "auto"});
    object.object("model", config.model);
    object.object("data", config.data);
    object.object("input", config.input);
    object.object("augmentation", config.augmentation);
    object.text("init", config.init);
    object.text("init_drop_prefix", config.initDropPrefix);
    object.flag("init_partial", config.initPartial);
}

void readCourse(StrictObject& object, TrainConfig& config)
{
    object.integer("epochs", config.epochs, 1, 1'000'000);
    object.integer("samples_per_epoch", config.samplesPerEpoch, 0);
    object.integer("batch_size", config.batchSize, 1, 65536);
    object.integer("validation_every", config.validationEvery, 1);
    object.integer("validation_limit", config.validationLimit, 0);
    object.number("ema_decay", config.emaDecay, 0.0, 0.999999);
    object.integer("patience", config.patience, 0);
    object.choice("metrics", config.metrics, {"proper", "paper"});
    if (!object.has("select_by"))
        config.selectBy = usualMeasure(config.task, config.metrics);
    object.text("select_by", config.selectBy);
    if (config.selectBy.empty())
        object.refuse("select_by", "the name of a validation value, for example foreground.dice");
    object.integer("sample_pictures", config.samplePictures, 0, 1000);
    object.number("max_minutes", config.maxMinutes, 0.0);
    object.integer("checkpoint_every_steps", config.checkpointEverySteps, 1);
}

} // namespace

std::string usualMeasure(const std::string& task, const std::string& metrics)
{
    if (task == "classification")
        return "accuracy";
    return metrics == "paper" ? "dice" : "foreground.dice";
}

Result<TrainConfig> parseTrainConfig(const nlohmann::json& document)
{
    if (!document.is_object())
        return fail(ErrorCode::InvalidArgument, "the document",
                    std::string("expected an object, not ") + document.type_name());
    TrainConfig config;
    config.model = config.data = config.input = config.augmentation = nlohmann::json::object();
    StrictObject object(document, "");
    object.integer("version", config.version, 1);
    if (config.version > kVersion)
        object.refuse("version", "written for a newer program; this one knows version 1");
    readWhatAndWhere(object, config);
    readCourse(object, config);
    nlohmann::json ignored;
    for (const char* key : {"loss", "optimizer", "schedule"})
        object.object(key, ignored);
    if (auto read = object.finish(); !read)
        return tl::unexpected(read.error());
    if (auto read = readLoss(part(document, "loss"), config.loss); !read)
        return tl::unexpected(read.error());
    if (auto read = readOptimizer(part(document, "optimizer"), config.optimizer); !read)
        return tl::unexpected(read.error());
    if (auto read = readSchedule(part(document, "schedule"), config.schedule); !read)
        return tl::unexpected(read.error());
    return config;
}

nlohmann::json toJson(const TrainConfig& config)
{
    const auto orEmpty = [](const nlohmann::json& json) {
        return json.is_null() ? nlohmann::json::object() : json;
    };
    return {{"version", config.version},
            {"name", config.name},
            {"task", config.task},
            {"seed", config.seed},
            {"threads", config.threads},
            {"device", config.device},
            {"precision", config.precision},
            {"model", orEmpty(config.model)},
            {"data", orEmpty(config.data)},
            {"input", orEmpty(config.input)},
            {"augmentation", orEmpty(config.augmentation)},
            {"init", config.init},
            {"init_drop_prefix", config.initDropPrefix},
            {"init_partial", config.initPartial},
            {"loss",
             {{"cross_entropy", config.loss.crossEntropy},
              {"dice", config.loss.dice},
              {"focal", config.loss.focal},
              {"focal_gamma", config.loss.focalGamma},
              {"cl_dice", config.loss.clDice},
              {"cl_dice_iterations", config.loss.clDiceIterations},
              {"boundary", config.loss.boundary},
              {"class_weights", config.loss.classWeights}}},
            {"optimizer",
             {{"kind", config.optimizer.kind},
              {"learning_rate", config.optimizer.learningRate},
              {"momentum", config.optimizer.momentum},
              {"weight_decay", config.optimizer.weightDecay},
              {"clip_norm", config.optimizer.clipNorm}}},
            {"schedule",
             {{"kind", config.schedule.kind},
              {"warm_up_steps", config.schedule.warmUpSteps},
              {"final_factor", config.schedule.finalFactor},
              {"power", config.schedule.power}}},
            {"epochs", config.epochs},
            {"samples_per_epoch", config.samplesPerEpoch},
            {"batch_size", config.batchSize},
            {"validation_every", config.validationEvery},
            {"validation_limit", config.validationLimit},
            {"ema_decay", config.emaDecay},
            {"patience", config.patience},
            {"select_by", config.selectBy},
            {"metrics", config.metrics},
            {"sample_pictures", config.samplePictures},
            {"max_minutes", config.maxMinutes},
            {"checkpoint_every_steps", config.checkpointEverySteps}};
}

} // namespace fedefm
