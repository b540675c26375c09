# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of trainings: safetensors files with a model card inside."""
import json
import struct


def card_of(path):
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return json.loads(header["__metadata__"]["fedefm.card"])


def history_of(card):
    """What a network has gone through, oldest first."""
    return card.get("history", [card["training"]])
