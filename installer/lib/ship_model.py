#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies a run's best weights into resources/models and writes the card with what was measured with them."""
import argparse
import json
import pathlib
import shutil

import measure_real
import measure_simulated
import weights

# Fast looks once at a frame, strong is deeper and looks four times (docs/adr/0017); other trainings begin with the wide
# one. "live" and "offline": the defaults of the window and of the command line.
FOUR_LOOKS = [{"scale": 0.75}, {"scale": 1.0, "mirror": "x"}, {"scale": 1.25}, {"scale": 1.5, "mirror": "x"}]
ABOUT = {
    "fast": ("wirenet-fast", "WireNet fast", "live", []),
    "strong": ("wirenet-strong", "WireNet strong", "offline", FOUR_LOOKS),
    "wide": ("wirenet-wide", "WireNet wide", "foundation", []),
}
# Least probability of a device with several looks; the training chose its own for one look (docs/adr/0017).
LEAST_OF_LOOKS = 0.4
LIMITS = (
    "Trained on simulated fluoroscopy only. No training saw a real frame, but the simulator was made to look like real "
    "ones, and stages of the training, averages and views were chosen with the silicone phantom and three short real cines "
    "in view. Vessels full of contrast agent are taken for catheters in part. Faint wires, devices of other kinds (stents, "
    "coils, pacing leads) and strong motion can be missed or taken for one another. Each frame is judged alone. Research "
    "use only: not for diagnosis."
)


def beginning_of(run):
    """The weights that a run began with: a file, or another run's best; None: random ones."""
    init = json.loads((run / "config.json").read_text()).get("init", "")
    begin = pathlib.Path(init)
    return begin / "weights" / "best.safetensors" if init and begin.is_dir() else begin if init else None


def history_before(run):
    """What the weights that the run began with had gone through."""
    begin = beginning_of(run)
    if not begin:
        return []
    if begin.parent.name == "weights":
        return history_before(begin.parent.parent) + [weights.card_of(begin)["training"]]
    shipped = begin.with_suffix(".json")  # says more than the card inside
    return weights.history_of(json.loads(shipped.read_text()) if shipped.is_file() else weights.card_of(begin))


def card_for(run, best):
    card = weights.card_of(best)
    record = card.pop("training_record")
    card.update(seed=record["seed"], epoch=record["epoch"], history=history_before(run) + [card["training"]],
                metrics={"simulated_validation": record["metrics"]})
    return card


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", choices=sorted(ABOUT), required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--real", type=pathlib.Path, required=True, help="folder that holds seg/ and dicom/")
    options = parser.parse_args()

    identifier, name, role, views = ABOUT[options.name]
    target = options.models / f"{identifier}.safetensors"
    best = options.run / "weights" / "best.safetensors"
    card = card_for(options.run, best)
    config = f"resources/configs/{card['id'].replace('-', '_')}.json"
    if not (options.models.parent.parent / config).is_file():
        parser.error(f"{options.run} was not trained by {config}")
    card["input"]["views"] = views
    if views:
        card["thresholds"]["least"] = LEAST_OF_LOOKS
        card["metrics"] = {}  # the training's are of one look, before the average
    if options.name == "strong":  # half way back to the stage before, tips are nearer and more of real frames is found (0018)
        weights.average(beginning_of(options.run), best, target)
        card["history"].append(weights.AVERAGED)
    else:
        shutil.copyfile(best, target)
    card.update(id=identifier, name=name, role=role, licence="GPL-3.0-or-later", limits=LIMITS, config=config,
                made_by=f"installer/train-models {options.name}")
    # The thresholds of the card count in what follows.
    card_file = target.with_suffix(".json")
    card_file.write_text(json.dumps(card, indent=2) + "\n")
    measured = {"simulated_test": measure_simulated.measure(options.program, target),
                **measure_real.measure(options.program, target, options.real)}
    card["metrics"].update({name: scores for name, scores in measured.items() if scores})
    card_file.write_text(json.dumps(card, indent=2) + "\n")
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
