#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies the merged model of a session of installer/downstream into resources/models and writes its card with what the
comparison measured."""
import argparse
import json
import pathlib
import shutil

import weights

LIMITS = (
    "A beginning for training, not for looking at pictures: it was trained on small simulated frames of five sources, and "
    "never saw a real one. Give it the input size that it was trained with, or train long enough to forget it. Research "
    "use only: not for diagnosis."
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=pathlib.Path, required=True, help="folder that installer/downstream filled")
    parser.add_argument("--network", required=True, help="as in its configuration")
    parser.add_argument("--models", type=pathlib.Path, required=True)
    options = parser.parse_args()

    session = json.loads((options.results / "foundation" / f"{options.network}-masks" / "result.json").read_text())
    source = pathlib.Path(session["weights"])
    identifier = "foundation-" + "".join(filter(str.isalnum, options.network)).lower()
    target = options.models / f"{identifier}.safetensors"
    shutil.copyfile(source, target)
    card = weights.card_of(source)
    card.pop("training_record")
    plan = json.loads((options.results / "foundation" / f"{options.network}-masks" / "asked.json").read_text())
    rows = json.loads((options.results / "table.json").read_text())
    card.update(id=identifier, name=f"Foundation {options.network}", role="foundation", licence="GPL-3.0-or-later",
                limits=LIMITS, config="resources/configs/results/downstream.json",
                made_by="installer/train-models foundation", seed=plan.get("seed", 1), session=plan,
                metrics={"merged": session["merged_metrics"],
                         "downstream_percent": [row for row in rows if row["network"] == options.network]})
    target.with_suffix(".json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
