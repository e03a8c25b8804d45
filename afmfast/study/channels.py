"""Channels of a stack that are not measured unless they are asked for: instrument-dependent ones, and ways back."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import StoreError
from ..records import HEIGHT, RETRACE
from ..signals import signal_of
from ..stack.layout import ChannelInfo
from ..stack.store import Store


def is_height(channel: str) -> bool:
    """Whether this is the topography, there or back: levelled by a plane, without a zero that means something."""
    return channel.removesuffix(RETRACE) == HEIGHT


def instrument_dependent(store: Store) -> dict[str, str]:
    """Channels that depend on the instrument, and why they do."""
    return {
        info.name: _reason(info)
        for info in store.channels
        if info.kind != "absolute" and not info.name.endswith(RETRACE)
    }


def _reason(info: ChannelInfo) -> str:
    signal = signal_of(info.name, info.unit)
    return signal.reason if signal.kind == info.kind else "by the name it has in the files"


def ways_back(store: Store, chosen: Sequence[ChannelInfo]) -> list[ChannelInfo]:
    """Retraces of the chosen channels; files of some formats have none.

    Raises `StoreError` where the stack was made without them.
    """
    if not store.document.get("retraces", False):
        raise StoreError(
            f"{store.path}: made without the ways back of the lines, which are asked for now (retraces: true). "
            "Delete the stack and ingest again."
        )
    wanted = {info.name + RETRACE for info in chosen}
    return [info for info in store.channels if info.name in wanted]
