#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a model on real pictures: pooled masks of cathaction_phantom, centre-lines of xa_wires, and how much it marks on
the angiograms of arcade_stenosis, which have no labels of devices.

    measure_real.py --program FEDEFM --model NAME|FILE --data FOLDER     FOLDER holds seg/ and dicom/
"""
import argparse
import json
import math
import pathlib
import subprocess
import tempfile

TOLERANCE_PX = 3.0


def segmented(program, model, source, kind, folder, *more):
    subprocess.run([program, "segment", str(source), "--model", str(model), "--out", str(folder), "--as", kind, "--quiet",
                    "--force", *more], check=True, capture_output=True)


def pooled_scores(program, model, pictures, masks, *more):
    """Scores over all pictures of a folder; `more` are options of `fedefm evaluate`."""
    with tempfile.TemporaryDirectory() as scratch:
        segmented(program, model, pictures, "npy", scratch)
        command = [program, "evaluate", "--prediction", scratch, "--reference", str(masks), "--json", "--quiet", *more]
        scores = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"foreground": scores["foreground"], "classes": scores["classes"], "pictures": scores["pictures"]}


def phantom_scores(program, model, folder):
    """On a folder of NAME.png with NAME_classes.png {1 guidewire, 2 catheter}."""
    return pooled_scores(program, model, folder, folder, "--map", "1=2,2=1")


def points_each_pixel(lines):
    for line in lines:
        for (ax, ay), (bx, by) in zip(line, line[1:]):
            steps = max(1, round(math.hypot(bx - ax, by - ay)))
            for i in range(steps):
                yield ax + (bx - ax) * i / steps, ay + (by - ay) * i / steps


def share_near(points, others):
    """Share of the points within the tolerance of another one; 1 when there is no point."""
    cells = {}
    for x, y in others:
        cells.setdefault((int(x // TOLERANCE_PX), int(y // TOLERANCE_PX)), []).append((x, y))
    near = 0
    for x, y in points:
        cx, cy = int(x // TOLERANCE_PX), int(y // TOLERANCE_PX)
        around = (p for i in (-1, 0, 1) for j in (-1, 0, 1) for p in cells.get((cx + i, cy + j), ()))
        near += any(math.hypot(x - px, y - py) <= TOLERANCE_PX for px, py in around)
    return near / len(points) if points else 1.0


def line_scores(program, model, reference_file, dicom_folder):
    reference = json.loads(reference_file.read_text())
    frame = reference["frame_index"]
    with tempfile.TemporaryDirectory() as scratch:
        segmented(program, model, dicom_folder / reference["source"], "json", scratch, "--frames", f"{frame}:{frame + 1}")
        found = json.loads((pathlib.Path(scratch) / "curves.json").read_text())["frames"][0]["curves"]
    found_points = list(points_each_pixel(curve["points"] for curve in found))
    labelled = list(points_each_pixel(curve["points"] for curve in reference["curves"]))
    return {"labelled_length_found": round(share_near(labelled, found_points), 3),
            "false_length": round(1.0 - share_near(found_points, labelled), 3),
            "found_px": len(found_points), "labelled_px": len(labelled)}


def marked_length(program, model, pictures):
    """Mean length of all curves per picture, in pixels."""
    lengths = []
    for picture in pictures:
        with tempfile.TemporaryDirectory() as scratch:
            segmented(program, model, picture, "json", scratch)
            frame, = json.loads((pathlib.Path(scratch) / "curves.json").read_text())["frames"]
        lengths.append(sum(math.dist(a, b) for curve in frame["curves"] for a, b in zip(curve["points"], curve["points"][1:])))
    return {"marked_px": round(sum(lengths) / len(lengths), 1), "pictures": len(lengths)}


def measure(program, model, data):
    """None for what is absent."""
    phantom, wires = data / "seg" / "cathaction_phantom", data / "seg" / "xa_wires"
    angiograms = [file for file in sorted((data / "seg" / "arcade_stenosis").glob("*.png")) if "_mask" not in file.stem]
    return {
        "cathaction_phantom": phantom_scores(program, model, phantom) if phantom.is_dir() else None,
        "xa_wires": {file.stem: line_scores(program, model, file, data / "dicom") for file in sorted(wires.glob("*.json"))}
        or None,
        "arcade_angiograms": marked_length(program, model, angiograms[::2]) if angiograms else None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    options = parser.parse_args()
    print(json.dumps(measure(options.program, options.model, options.data), indent=2))


if __name__ == "__main__":
    main()
