"""Data to try the application with."""

from __future__ import annotations

import random

NAMES = ("harbour.csv", "station.csv", "airfield.csv", "lighthouse.csv", "damaged.csv")
"""The last one has a line that is cut off."""


def readings(name: str, rows: int = 50_000) -> bytes:
    """Make a table of weather that is the same every time."""
    chance = random.Random(name)  # noqa: S311 - not for secrets
    lines = ["hour,temperature,humidity,wind,sky"]
    for hour in range(rows):
        warmth = 12 + 8 * chance.random() - 4 * (hour % 24 < 6)  # noqa: PLR2004 - the night
        sky = chance.choice(("clear", "cloud", "rain", "fog"))
        lines.append(
            f"{hour},{warmth:.1f},{chance.randint(30, 99)},{chance.random() * 20:.1f},{sky}"
        )
    if name == NAMES[-1]:
        lines[rows // 2] = "this line was cut"
    return "\n".join(lines).encode()
