#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares real with simulated frames: grey values, noise, contrast of the instruments.

    compare_fluoroscopy.py --fedefm build/release/bin/fedefm NAME=FRAME[:LABELS] …

FRAME and LABELS are anything that `fedefm decode` opens (DICOM, picture, folder of pictures); LABELS holds 0 and
the classes of the instruments. Prints one Markdown row per NAME; several FRAMEs of one NAME are averaged.
"""
import argparse
import collections
import os
import subprocess
import tempfile

import numpy as np

PATCH = 32  # pixels; noise is measured in the evenest tenth of the patches
BANDS = ((1 / 32, 1 / 8), (1 / 8, 1 / 4), (1 / 4, 1 / 2))  # cycles per pixel


def decode(fedefm, path, frames=4):
    """Frames as float in 0…1 of the stored range, at most `frames` spread over the sequence."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([fedefm, "--quiet", "decode", path, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        pixels = np.load(os.path.join(folder, "pixels.npy"))
    if pixels.ndim == 4:
        pixels = pixels[..., 0]
    return pixels[np.linspace(0, len(pixels) - 1, min(frames, len(pixels))).astype(int)]


def full_scale(pixels):
    return 255.0 if pixels.dtype == np.uint8 else 2.0 ** np.ceil(np.log2(max(2, int(pixels.max()) + 1))) - 1


def inside(frame):
    """Without the blanked surroundings: rows and columns that are nearly constant and dark."""
    return frame > 0.04


def noise_spectrum(frame):
    """Standard deviation of the noise in each band, in shares of full scale, from the evenest patches."""
    patches = []
    y, x = np.mgrid[:PATCH, :PATCH]
    plane = np.stack([np.ones(PATCH * PATCH), x.ravel(), y.ravel(), (x * y).ravel(), (x * x).ravel(), (y * y).ravel()], 1)
    valid = inside(frame)
    for top in range(0, frame.shape[0] - PATCH + 1, PATCH // 2):
        for left in range(0, frame.shape[1] - PATCH + 1, PATCH // 2):
            area = np.s_[top:top + PATCH, left:left + PATCH]
            if not valid[area].all() or frame[area].max() > 0.98:
                continue
            values = frame[area].ravel()
            rest = values - plane @ np.linalg.lstsq(plane, values, rcond=None)[0]
            if rest.var() > 1e-9:  # a blanked area has no noise
                patches.append(rest.reshape(PATCH, PATCH))
    if not patches:
        return [float("nan")] * len(BANDS)
    patches.sort(key=lambda rest: rest.var())
    chosen = patches[:max(1, len(patches) // 10)]
    power = np.mean([np.abs(np.fft.fft2(rest)) ** 2 for rest in chosen], 0) / PATCH ** 4
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(PATCH), np.fft.fftfreq(PATCH)))
    return [float(np.sqrt(power[(frequency >= low) & (frequency < high)].sum())) for low, high in BANDS]


def grown(mask, steps):
    for _ in range(steps):
        wide = mask.copy()
        wide[1:] |= mask[:-1]
        wide[:-1] |= mask[1:]
        wide[:, 1:] |= mask[:, :-1]
        wide[:, :-1] |= mask[:, 1:]
        mask = wide
    return mask


def contrast(frame, labels, label, noise):
    """Depth of the instruments below their surroundings, relative to these and to the noise."""
    mask = labels == label
    if mask.sum() < 20:
        return float("nan"), float("nan")
    ring = grown(mask, 5) & ~grown(labels > 0, 2) & inside(frame)
    if ring.sum() < 20:
        return float("nan"), float("nan")
    depth = frame[ring].mean() - frame[mask].mean()
    return float(depth / frame[ring].mean()), float(depth / max(noise, 1e-6))


def measure(fedefm, frame_path, label_path):
    frames = decode(fedefm, frame_path)
    scale = full_scale(frames)
    labels = decode(fedefm, label_path) if label_path else None
    rows = []
    for index, stored in enumerate(frames):
        frame = stored / scale
        row = list(100 * np.percentile(frame[inside(frame)], [5, 25, 50, 75, 95]))
        bands = noise_spectrum(frame)
        row += [100 * value for value in bands]
        for label in (1, 2):
            if labels is None:
                row += [float("nan"), float("nan")]
            else:
                relative, to_noise = contrast(frame, labels[min(index, len(labels) - 1)], label, np.hypot(*bands[1:]))
                row += [100 * relative, to_noise]
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fedefm", default="fedefm")
    parser.add_argument("--spread", action="store_true", help="print 10th, 50th and 90th percentile instead of the mean")
    parser.add_argument("--swap", action="append", default=[], help="NAME whose labels are 1 guidewire, 2 catheter")
    parser.add_argument("sets", nargs="+", metavar="NAME=FRAME[:LABELS]")
    options = parser.parse_args()
    table = collections.OrderedDict()
    for text in options.sets:
        name, _, paths = text.partition("=")
        frame, _, labels = paths.partition(":")
        rows = measure(options.fedefm, frame, labels or None)
        if name in options.swap:
            rows = [row[:8] + row[10:12] + row[8:10] for row in rows]
        table.setdefault(name, []).extend(rows)
    print("| frames | grey values 5/25/50/75/95 %, of full scale | noise σ in 3 bands, % of full scale "
          "| catheter: contrast %, ÷ noise | guidewire: contrast %, ÷ noise |")
    print("|---|---|---|---|---|")
    for name, rows in table.items():
        values = np.array(rows)
        cells = []
        for column in values.T:
            known = column[~np.isnan(column)]
            if not len(known):
                cells.append("–")
            elif options.spread:
                cells.append("…".join(f"{v:.2g}" if abs(v) < 1 else f"{v:.0f}" for v in np.percentile(known, [10, 50, 90])))
            else:
                cells.append(f"{known.mean():.2f}" if abs(known.mean()) < 10 else f"{known.mean():.0f}")
        print(f"| {name} ({len(rows)}) | {' / '.join(cells[:5])} | {' / '.join(cells[5:8])} "
              f"| {cells[8]}, {cells[9]} | {cells[10]}, {cells[11]} |")


if __name__ == "__main__":
    main()
