"""Effects worked out a second time, by hand: sums over The Restart Project's own table, and nothing of the program.

Run as a script it prints them: ``python -m tests.schemas.impact_by_hand``. Grams and pence, halves upwards.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "restart-lca-2021-summary.csv"

# Category and title of a listing -> the row of the table that speaks of it.
DEVICES = {
    ("it/laptop", "Laptop"): "Laptop medium",
    ("it/desktop", "Mini PC"): "Desktop computer small (e.g. mini-PC)",
    ("it/desktop", "All-in-one computer"): "Desktop computer medium (e.g. all-in-one)",
    ("it/desktop", "Desktop computer"): "Desktop computer large (e.g. tower)",
    ("it/monitor", "Computer monitor"): 'Flat screen 22-24"',
    ("it/phone", "Mobile phone"): "Mobile",
    ("it/tablet", "Tablet"): "Tablet",
    ("it/printer", "Laser printer"): "Printer/scanner",
    ("it/accessories", "Keyboard"): "PC Accessory",
    ("it/accessories", "Headphones"): "Headphones",
    ("it/accessories", "Charger"): "Battery/charger/adapter",
    ("office", "Paper shredder"): "Paper shredder",
    ("av/camera", "Digital camera"): "Digital Compact Camera",
    ("av/camera", "DSLR"): "DSLR / Video Camera",
    ("av/screen", "Television"): "Flat screen display ≥39\"",
    ("av/screen", "Games console"): "Games console",
    ("av/sound", "Hi-fi"): "Hi-Fi separates",
    ("av/sound", "Radio"): "Portable radio",
    ("av/projector", "Projector"): "Projector",
    ("appliances/heating", "Dehumidifier"): "Aircon/Dehumidifier",
    ("appliances/heating", "Fan"): "Fan",
    ("appliances/kitchen", "Blender"): "Blender",
    ("appliances/kitchen", "Coffee machine"): "Coffee Maker",
    ("appliances/kitchen", "Kettle"): "Kettle",
    ("appliances/kitchen", "Slow cooker"): "Small kitchen item",
    ("appliances/kitchen", "Toaster"): "Toaster",
    ("appliances/laundry", "Iron"): "Iron",
    ("appliances/cleaning", "Vacuum cleaner"): "Vacuum",
    ("appliances", "Hair dryer"): "Hair & Beauty item",
    ("furniture/other", "Desk lamp"): "Lamp",
    ("tools/power", "Cordless drill"): "Power tool",
    ("making/sewing", "Sewing machine"): "Sewing machine",
    ("toys", "Electronic toys"): "Toy",
    ("bikes", "Bicycle"): "Bicycle",
    ("tools/hand", "Hammer"): "Tool (non-EEE)",
    ("textiles", "Coat"): "Clothing/textile",
}  # fmt: skip
BY_WEIGHT = ("Tool (non-EEE)", "Clothing/textile")
"""What is counted by the whole grams of all of them, and not by the piece."""
DISPLACEMENT = (Fraction(27, 100), Fraction(50, 100), Fraction(82, 100))

# Category and title -> kilograms of one (Merseyside), and what WRAP says of a kilogram; None: by Restart's furniture.
FURNITURE = {
    ("furniture/chair", "Office chair"): (Fraction(12), Fraction(3)),
    ("furniture/desk", "Office desk"): (Fraction(26), Fraction(2, 5)),
    ("furniture/desk", "Small desk"): (Fraction(20), Fraction(2, 5)),
    ("furniture/desk", "Large desk"): (Fraction(27), Fraction(2, 5)),
    ("furniture/sofa", "Two-seater sofa"): (Fraction(37), Fraction(29, 20)),
    ("furniture/sofa", "Three-seater sofa"): (Fraction(42), Fraction(29, 20)),
    ("furniture/armchair", "Armchair"): (Fraction(27), None),
    ("furniture/storage", "Bookcase"): (Fraction(21), None),
    ("furniture/storage", "Large cabinet"): (Fraction(155, 2), None),
    ("furniture/table", "Large table"): (Fraction(29), None),
}
TAX = {"2025-04-01": "126.15", "2026-03-31": "126.15", "2026-04-01": "130.75", "2026-11-20": "130.75"}
"""Pounds of landfill tax for a tonne, on days."""

Figures = tuple[int, int, int, int]
"""Grams of weight, and of CO2e at least, about and at most."""


def table() -> dict[str, tuple[Fraction, Fraction]]:
    """Row -> kilograms of weight and of CO2e of one, before use."""
    found = {}
    with TABLE.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.reader(lines):
            try:
                found[row[1].strip()] = (Fraction(row[5]), Fraction(row[6]))
            except (ValueError, IndexError):
                continue
    return found


def whole(number: Fraction) -> int:
    return int(number + Fraction(1, 2))


def of_device(label: str, quantity: int) -> Figures:
    """So many of them, none of them weighed."""
    weight, co2e = table()[label]
    grams, spent = whole(weight * quantity * 1000), co2e * quantity * 1000
    if label in BY_WEIGHT:
        spent = co2e / weight * grams
    low, central, high = (whole(spent * share) for share in DISPLACEMENT)
    return grams, low, central, high


def of_furniture(weight: Fraction, net: Fraction | None, quantity: int) -> Figures:
    """So many of them, none of them weighed."""
    of_all, co2e_of_all = table()["Furniture"]
    grams = weight * quantity * 1000
    low, central, high = (co2e_of_all / of_all * share * grams for share in DISPLACEMENT)
    if net is not None:
        low, central, high = min(low, net * grams), net * grams, max(high, net * grams)
    return whole(grams), whole(low), whole(central), whole(high)


def tax(grams: int, day: str) -> int:
    """Pence of landfill tax."""
    return whole(Fraction(TAX[day]) * 100 * grams / 1_000_000)


if __name__ == "__main__":
    for named, row in DEVICES.items():
        print(*named, *of_device(row, 1), sep="\t")
    for named, figures in FURNITURE.items():
        print(*named, *of_furniture(*figures, 1), sep="\t")
