"""How often the dearest tests that try things at random do so: a few times, or many where somebody has the time."""

from __future__ import annotations

import os

THOROUGH = "SHAREFEED_THOROUGH"
"""So many times as many examples."""


def examples(usual: int) -> int:
    """``usual``, times what the environment says."""
    return usual * int(os.environ.get(THOROUGH, "1"))
