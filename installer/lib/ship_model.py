#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies a run's best weights into resources/models and writes the card with what was measured with them.

Weights of a run that began with those of another are averaged half and half with them: on real frames the average finds
more than either, for the price of a little on simulated ones.
"""
import argparse
import json
import pathlib
import shutil

import measure_real
import measure_simulated
import weights

# Not yet "live" and "offline", the defaults of window and command line: on real frames the ridge filter finds more of the
# devices and marks fewer vessels.
ABOUT = {
    "fast": ("wirenet-fast", "WireNet fast", "choice"),
    "strong": ("wirenet-strong", "WireNet strong", "choice"),
}
# Of averages, for which no training chose thresholds, and of trainings from before they did.
THRESHOLDS = {"least": 0.25, "sure": 0.7}
LIMITS = (
    "Trained on simulated fluoroscopy only. No training saw a real frame, but eight real frames were looked at when the "
    "thresholds, and for WireNet strong the averaging of its two stages, were chosen. Faint wires, devices of other kinds (stents, coils, "
    "pacing leads) and strong motion can be missed or taken for one another. Each frame is judged alone. Research use "
    "only: not for diagnosis."
)


def begin_of(run):
    """The weights that the run began with; None where it began at random."""
    init = json.loads((run / "config.json").read_text()).get("init", "")
    if not init:
        return None
    path = pathlib.Path(init)
    return path if path.is_file() else path / "weights" / "best.safetensors"


def place_weights(run, target):
    """Copies or averages the run's weights; returns their card."""
    best, begin = run / "weights" / "best.safetensors", begin_of(run)
    card = weights.card_of(best)
    record = card.pop("training_record")
    card.update(seed=record["seed"], epoch=record["epoch"])
    if begin is None:
        shutil.copyfile(best, target)
        card.setdefault("thresholds", THRESHOLDS)
        card["metrics"] = {"simulated_validation": record["metrics"]}
        return card
    weights.average(begin, best, 0.5, target, {"thresholds": THRESHOLDS})
    card.update(thresholds=THRESHOLDS, begun_with=weights.card_of(begin)["training"], metrics={},
                averaged="half and half with the weights that the training began with")
    return card


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", choices=sorted(ABOUT), required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--real", type=pathlib.Path, required=True, help="folder that holds seg/ and dicom/")
    options = parser.parse_args()

    identifier, name, role = ABOUT[options.name]
    target = options.models / f"{identifier}.safetensors"
    card = place_weights(options.run, target)
    config = f"resources/configs/{card['id'].replace('-', '_')}.json"
    if not (options.models.parent.parent / config).is_file():
        parser.error(f"{options.run} was not trained by {config}")
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
