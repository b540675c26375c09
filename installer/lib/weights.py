# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of trainings: safetensors files with a model card inside.

    weights.py FIRST SECOND TARGET    the average, half and half, of a training and of what it began with
"""
import array
import json
import pathlib
import struct
import sys


def read(path):
    """Header and bytes of the tensors."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8:8 + length]), bytearray(content[8 + length:])


def card_of(path):
    return json.loads(read(path)[0]["__metadata__"]["fedefm.card"])


def write(path, header, values):
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(values))


def history_of(card):
    """What a network has gone through, oldest first."""
    return card.get("history", [card["training"]])


AVERAGED = "averaged half and half with the stage before"


def floats(values, tensor):
    numbers = array.array("f")
    numbers.frombytes(values[slice(*tensor["data_offsets"])])
    return numbers


def average(first, second, target):
    """target: the mean of both; whole numbers and, but for its history, the card are the second's.

    A network that is trained on keeps in part what it could before when its weights are averaged with those that it began
    with (Wortsman et al. 2022, Robust fine-tuning of zero-shot models).
    """
    first_header, first_values = read(first)
    header, values = read(second)
    for name, tensor in header.items():
        if name == "__metadata__" or tensor["dtype"] != "F32":
            continue
        if name not in first_header or first_header[name]["shape"] != tensor["shape"]:
            raise ValueError(f"{first}: {name} is missing or has another shape than in {second}")
        pairs = zip(floats(first_values, first_header[name]), floats(values, tensor))
        mixed = array.array("f", (0.5 * (a + b) for a, b in pairs))
        values[slice(*tensor["data_offsets"])] = mixed.tobytes()
    metadata = header["__metadata__"]
    card = json.loads(metadata["fedefm.card"])
    card["history"] = history_of(card_of(first)) + history_of(card) + [AVERAGED]
    metadata["fedefm.card"] = json.dumps(card)
    write(target, header, values)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    average(*(pathlib.Path(name) for name in sys.argv[1:]))
