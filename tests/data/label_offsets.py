#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far hand-drawn masks lie beside the instruments: Dice as it is, and with each picture's mask moved to where it fits best.

    label_offsets.py --fedefm build/release/bin/fedefm --pictures FOLDER MODEL …

FOLDER holds NAME.png with NAME_mask.png. What two segmenters that know nothing of each other gain by the same shifts is not
theirs: it is the labels' distance from what the picture shows. Needs NumPy.
"""
import argparse
import pathlib
import subprocess
import tempfile

import numpy as np

FARTHEST = 3  # pixels


def array_of(command, folder, name):
    subprocess.run([*command, "--out", folder, "--quiet", "--force"], check=True, stdout=subprocess.DEVNULL)
    return np.load(pathlib.Path(folder) / name)


def mask_of(fedefm, picture):
    """Of the drawn picture, whatever its number of channels."""
    with tempfile.TemporaryDirectory() as folder:
        pixels = array_of([fedefm, "decode", picture], folder, "pixels.npy")[0]
    return (pixels[..., 0] if pixels.ndim == 3 else pixels) > 0


def found_in(fedefm, picture, model):
    with tempfile.TemporaryDirectory() as folder:
        return array_of([fedefm, "segment", picture, "--model", model, "--as", "npy"], folder, "masks.npy")[0] > 0


def shifted(mask, down, right):
    """What leaves the picture is lost."""
    result = np.zeros_like(mask)
    height, width = mask.shape
    result[max(0, down):height + min(0, down), max(0, right):width + min(0, right)] = (
        mask[max(0, -down):height + min(0, -down), max(0, -right):width + min(0, -right)])
    return result


def best_shift(found, drawn):
    """Down and right, in pixels; of equals the smallest."""
    steps = range(-FARTHEST, FARTHEST + 1)
    return max(((down, right) for down in steps for right in steps),
               key=lambda step: ((shifted(found, *step) & drawn).sum(), -abs(step[0]) - abs(step[1])))


def dice(pairs):
    both = sum((found & drawn).sum() for found, drawn in pairs)
    return 2.0 * both / sum(found.sum() + drawn.sum() for found, drawn in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fedefm", required=True)
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    options = parser.parse_args()
    pictures = [file for file in sorted(options.pictures.glob("*.png"))
                if file.with_name(file.stem + "_mask.png").is_file()]
    if not pictures:
        parser.error(f"{options.pictures}: no NAME.png with NAME_mask.png")
    for model in options.models:
        pairs = [(found_in(options.fedefm, picture, model),
                  mask_of(options.fedefm, picture.with_name(picture.stem + "_mask.png"))) for picture in pictures]
        shifts = [best_shift(found, drawn) for found, drawn in pairs]
        moved = [(shifted(found, *step), drawn) for (found, drawn), step in zip(pairs, shifts)]
        print(f"{model}: Dice {dice(pairs):.3f}, each picture moved {dice(moved):.3f}; down, right: "
              + ", ".join(f"{down} {right}" for down, right in shifts))


if __name__ == "__main__":
    main()
