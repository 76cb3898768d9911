"""Reads a QR code (ISO/IEC 18004) from its picture, as a phone does, but for what is dirty or askew.

Of the encoder it shares the tables of block sizes alone. It corrects no errors: one wrong module is a wrong letter.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image
from segno import consts

Matrix = list[list[bool]]
_MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
_FORMAT_MASK = 0b101010000010010
_LEVELS = (consts.ERROR_LEVEL_M, consts.ERROR_LEVEL_L, consts.ERROR_LEVEL_H, consts.ERROR_LEVEL_Q)
_BYTES = 0b0100


def read(picture: bytes) -> str:
    """The text of the code in a picture of it (PNG), dark on light and upright."""
    return _text(_matrix(Image.open(io.BytesIO(picture)).convert("L")))


def _matrix(image: Image.Image) -> Matrix:
    """Its modules: a finder in the corner says how large one is."""
    dark = image.point(lambda value: 255 if value < 128 else 0)
    box = dark.getbbox()
    assert box is not None, "nothing is drawn"
    left, top, right, bottom = box
    edge = next(x for x in range(left, right) if not dark.getpixel((x, top + 1))) - left
    count = round((right - left) / (edge / 7))
    # Sizes are 21, 25, 29 and so on.
    count = 17 + 4 * round((count - 17) / 4)
    wide, high = (right - left) / count, (bottom - top) / count
    spots = [[(int(left + (x + 0.5) * wide), int(top + (y + 0.5) * high)) for x in range(count)] for y in range(count)]
    return [[bool(dark.getpixel(spot)) for spot in row] for row in spots]


def _text(matrix: Matrix) -> str:
    version = (len(matrix) - 17) // 4
    said = [matrix[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [matrix[y][8] for y in (7, 5, 4, 3, 2, 1, 0)]
    form = int("".join("01"[one] for one in said), 2) ^ _FORMAT_MASK
    level, mask = _LEVELS[form >> 13], form >> 10 & 7
    bits = "".join("01"[matrix[y][x] ^ (not _MASKS[mask](y, x))] for y, x in _spots(version))
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    data = "".join(f"{one:08b}" for one in _in_order(words, version, level))
    assert int(data[:4], 2) == _BYTES
    width = 8 if version < 10 else 16
    length = int(data[4 : 4 + width], 2)
    found = (data[4 + width + 8 * at : 12 + width + 8 * at] for at in range(length))
    return bytes(int(one, 2) for one in found).decode()


def _in_order(words: list[int], version: int, level: int) -> Iterator[int]:
    """The data words: those of several blocks take turns."""
    sizes = [part.num_data for part in consts.ECC[version][level] for _ in range(part.num_blocks)]
    blocks: list[list[int]] = [[] for _ in sizes]
    following = iter(words)
    for turn in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if turn < size:
                block.append(next(following))
    return (one for block in blocks for one in block)


def _spots(version: int) -> Iterator[tuple[int, int]]:
    """Where the data lies: in pairs of columns from the right, up and down by turns, around what is always the same."""
    side = 17 + 4 * version
    columns = [x for x in range(side - 1, 0, -2) if x > 6] + [5, 3, 1]
    for turn, right in enumerate(columns):
        for y in range(side) if turn % 2 else range(side - 1, -1, -1):
            for x in (right, right - 1):
                if not _is_fixed(version, y, x):
                    yield y, x


def _is_fixed(version: int, y: int, x: int) -> bool:
    side = 17 + 4 * version
    if y == 6 or x == 6 or (y < 9 and (x < 9 or x >= side - 8)) or (y >= side - 8 and x < 9):
        return True
    if version >= 7 and ((y < 6 and x >= side - 11) or (x < 6 and y >= side - 11)):
        return True
    places = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    corners = {(6, 6), (6, side - 7), (side - 7, 6)}
    return any(abs(y - v) < 3 and abs(x - h) < 3 for v in places for h in places if (v, h) not in corners)
