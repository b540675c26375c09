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

# Fast looks once at a frame, strong is deeper and looks three times (docs/adr/0016); other trainings begin with the wide
# one. "live" and "offline": the defaults of the window and of the command line.
THREE_LOOKS = [{"scale": 0.75}, {"scale": 1.0, "mirror": "x"}, {"scale": 1.25}]
ABOUT = {
    "fast": ("wirenet-fast", "WireNet fast", "live", []),
    "strong": ("wirenet-strong", "WireNet strong", "offline", THREE_LOOKS),
    "wide": ("wirenet-wide", "WireNet wide", "foundation", []),
}
LIMITS = (
    "Trained on simulated fluoroscopy only. No training saw a real frame, but the simulator was made to look like real "
    "ones, and eight of them were looked at when the stages of the training were chosen. Vessels full of contrast agent "
    "are taken for catheters in part. Faint wires, devices of other kinds (stents, coils, "
    "pacing leads) and strong motion can be missed or taken for one another. Each frame is judged alone. Research use "
    "only: not for diagnosis."
)


def history_before(run):
    """What the weights that the run began with had gone through; they may be those of another run."""
    init = json.loads((run / "config.json").read_text()).get("init", "")
    if not init:
        return []
    begin = pathlib.Path(init)
    if begin.is_dir():
        return history_before(begin) + [weights.card_of(begin / "weights" / "best.safetensors")["training"]]
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
    shutil.copyfile(best, target)
    card["input"]["views"] = views
    if views:
        card["metrics"] = {}  # the training's are of one look
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
