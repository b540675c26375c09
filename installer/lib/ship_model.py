#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies a run's best weights into resources/models and writes the card with what was measured on real pictures."""
import argparse
import json
import pathlib
import shutil
import struct

import measure_real
import measure_simulated

# Not yet "live" and "offline", the defaults of window and command line: on the labelled XA frames the ridge filter finds
# more of the devices' length.
ABOUT = {
    "fast": ("wirenet-fast", "WireNet fast", "choice"),
    "strong": ("wirenet-strong", "WireNet strong", "choice"),
}
THRESHOLDS = {"least": 0.25, "sure": 0.7}  # of trainings from before they chose their own
LIMITS = (
    "Trained on simulated fluoroscopy only; no real frame was seen. Faint wires, devices of other kinds (stents, coils, "
    "pacing leads) and strong motion can be missed or taken for one another. Each frame is judged alone. Research use "
    "only: not for diagnosis."
)


def metadata_of(weights):
    with open(weights, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(json.loads(file.read(length))["__metadata__"]["fedefm.card"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", choices=sorted(ABOUT), required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--real", type=pathlib.Path, required=True, help="folder that holds seg/ and dicom/")
    options = parser.parse_args()

    identifier, name, role = ABOUT[options.name]
    source = options.run / "weights" / "best.safetensors"
    target = options.models / f"{identifier}.safetensors"
    shutil.copyfile(source, target)
    card = metadata_of(source)
    record = card.pop("training_record")
    card.update(id=identifier, name=name, role=role, licence="GPL-3.0-or-later", limits=LIMITS,
                config=f"resources/configs/{card['id'].replace('-', '_')}.json",
                made_by=f"installer/train-models {options.name}")
    card.setdefault("thresholds", THRESHOLDS)
    card["seed"] = record["seed"]
    card["epoch"] = record["epoch"]
    card["metrics"] = {"simulated_validation": record["metrics"]}
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
