#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# installer/downstream on the smallest comparison: two beginnings, one task; a second call does nothing anew.
#   check_downstream.sh SOURCE_DIR FEDEFM
set -euo pipefail
root=$1 program=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/tiny.json" <<'JSON'
{"networks": {"U-Net": {"model": {"network": "unet",
   "hyper_parameters": {"n_channels": 1, "n_classes": 3, "base_channels": 2}}}},
 "foundation": {"version": 1, "training": {"task": "segmentation", "threads": 1,
     "input": {"channels": 1, "size_px": 64}, "loss": {"dice": 1}, "batch_size": 4},
   "data": {"pool": {
       "train": {"form": "simulated", "presets": ["human", "phantom"], "scenes": 16, "frames_per_scene": 1,
                 "smallest_size_px": 64, "largest_size_px": 64},
       "test": {"form": "simulated", "presets": ["human"], "scenes": 2, "frames_per_scene": 1,
                "smallest_size_px": 64, "largest_size_px": 64, "seed": 99}},
     "silo_count": 2, "partition": {"scheme": "disjoint"}},
   "strategy": {"name": "fedavg"}, "rounds": 1},
 "fine_tuning": {"version": 1, "threads": 1, "input": {"channels": 1, "size_px": 64}, "epochs": 1, "batch_size": 4,
   "schedule": {"warm_up_steps": 0}},
 "tasks": [{"name": "wires", "data": {
     "train": {"form": "simulated", "presets": ["coronary"], "scenes": 4, "frames_per_scene": 1,
               "smallest_size_px": 64, "largest_size_px": 64},
     "test": {"form": "simulated", "presets": ["coronary"], "scenes": 2, "frames_per_scene": 1,
              "smallest_size_px": 64, "largest_size_px": 64, "seed": 99}}},
   {"name": "absent", "data": {"form": "masks", "path": "seg/absent"}}],
 "seeds": [1]}
JSON

run() { "$root/installer/downstream" --config "$scratch/tiny.json" --out "$scratch/out" --program "$program" --data "$scratch"; }
run >"$scratch/first" 2>"$scratch/errors"
grep -q "left out: absent" "$scratch/errors"
[[ $(grep -c "^| wires | U-Net | \(random\|masks\) | [0-9.]* | [0-9.]* |$" "$scratch/out/table.md") == 2 ]]
[[ $(grep -c "^runs/\|^foundation/" "$scratch/first") == 3 ]]
grep -q "foundation-u-net" "$scratch/out/foundation/U-Net-masks/result.json"
grep -q "merged.safetensors" "$scratch/out/runs/wires/U-Net-masks-1/asked.json"
run >"$scratch/second" 2>/dev/null
[[ $(grep -c "^runs/\|^foundation/" "$scratch/second") == 0 ]]
echo "downstream: two beginnings compared, finished runs kept"
