"""Fixtures that every stage's tests share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real scans that lie beside the checkout and are not part of it."""
    if not SHARED.is_dir():
        pytest.skip(f"real scans are not here: {SHARED} is absent")
    return SHARED
