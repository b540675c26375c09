#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a model on simulated frames that no training has seen, by the commands that users have.

    measure_simulated.py --program FEDEFM --model NAME|FILE [--scenes N] [--seed K]

One frame of 512 × 512 per scene, N scenes of each of five source types, seeds K, K+1, …; scores are pooled.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

from measure_real import pooled_scores

PRESETS = ("human", "phantom", "animal", "coronary", "simulation")
SCENES = 20
SEED = 3000000  # trainings use 1000000 to 2000029 and from 5000000 on


def simulate(program, folder, scenes, seed):
    """Folders of pictures and of masks, by equal names."""
    pictures, masks = folder / "pictures", folder / "masks"
    pictures.mkdir()
    masks.mkdir()
    for preset in PRESETS:
        made = folder / preset
        subprocess.run([program, "simulate", "--preset", preset, "--frames", "1", "--sequences", str(scenes), "--size",
                        "512", "--seed", str(seed), "--out", str(made), "--quiet"], check=True, capture_output=True)
        # A single sequence has no folder of its own.
        for index, sequence in enumerate(sorted(made.glob("sequence_*")) or [made]):
            name = f"{preset}_{index:04d}.png"
            (sequence / "images" / "frame_0000.png").rename(pictures / name)
            (sequence / "masks" / "frame_0000.png").rename(masks / name)
    return pictures, masks


def measure(program, model, scenes=SCENES, seed=SEED):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        scores = pooled_scores(program, model, *simulate(program, folder, scenes, seed))
    return {**scores, "presets": list(PRESETS), "first_seed": seed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--scenes", type=int, default=SCENES, help="of each source type, default %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default %(default)s")
    options = parser.parse_args()
    print(json.dumps(measure(options.program, options.model, options.scenes, options.seed), indent=2))


if __name__ == "__main__":
    main()
