// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fedefm/commands.h"

namespace fedefm::cli {

namespace {

nlohmann::json cardJson(const ModelCard& card)
{
    nlohmann::json classes = nlohmann::json::array();
    for (const WireClass wireClass : card.classes)
        classes.push_back(wireClassName(wireClass));
    return {{"id", card.id},
            {"name", card.name},
            {"version", card.version},
            {"architecture", card.architecture},
            {"parameters", card.parameters},
            {"input", card.input},
            {"classes", classes},
            {"role", modelRoleName(card.role)},
            {"licence", card.licence},
            {"training", card.training},
            {"limits", card.limits}};
}

Result<Outcome> runModels(Context& context)
{
    Outcome outcome;
    const SegmenterRegistry registry = context.registry();
    outcome.document = {{"default", registry.defaultId(ModelRole::Offline)},
                        {"default_live", registry.defaultId(ModelRole::Live)},
                        {"models", nlohmann::json::array()}};
    for (const ModelCard& card : registry.cards()) {
        outcome.document["models"].push_back(cardJson(card));
        context.say(card.id + " " + card.version + ": " + card.name);
        context.say("  architecture  " + card.architecture + ", " + std::to_string(card.parameters) +
                    " parameters");
        context.say("  input         " + card.input);
        std::string classes;
        for (const WireClass each : card.classes)
            classes += (classes.empty() ? "" : ", ") + std::string(wireClassName(each));
        if (!classes.empty())
            context.say("  classes       " + classes);
        if (card.role == ModelRole::Foundation)
            context.say("  use           weights to begin training with: --init " + card.id);
        context.say("  licence       " + card.licence);
        context.say("  training      " + card.training);
        context.say("  limits        " + card.limits);
    }
    return outcome;
}

} // namespace

void addModelsCommand(CLI::App& app, Context& context)
{
    CLI::App* command = app.add_subcommand("models", "List the models that are installed");
    command->callback([&context] { context.action = [&context] { return runModels(context); }; });
}

} // namespace fedefm::cli
