"""From the images of one scan to its channels: which are taken, under which name, which are left out and why."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..records import RETRACE, Image, common_name
from .layout import ChannelInfo

#: A closed-loop sensor measures where the piezo's voltage only tells: of two heights this one is kept.
_SENSOR = re.compile(r"sensor|measured", re.IGNORECASE)

#: Channels of one scan come from files that round their scan size; L/N against L/(N-1) differs by more at N < 1000.
PIXEL_TOLERANCE = 1e-3


@dataclass
class Choice:
    """Channels of a row by their common name, in file order, and the row's pixel size in metres.

    `left_out` (channel, reason); `n_retraces` passed by; `refused` why the whole row cannot be used, or empty.
    """

    images: dict[str, Image] = field(default_factory=dict)
    dx: float = math.nan
    dy: float = math.nan
    left_out: list[tuple[str, str]] = field(default_factory=list)
    n_retraces: int = 0
    refused: str = ""


def wanted(images: list[Image], channel: str) -> list[Image]:
    """The images of a file that a manifest line means by its `channel` (empty: all of them).

    A file with one channel gets the line's name; of a file with several the named one is taken, by the vendor's
    name or the common one. Empty where the file does not have it.
    """
    traces = [image for image in images if not image.is_retrace]
    if not channel:
        return images
    if len(traces) == 1:
        return [image.renamed(channel + RETRACE * image.is_retrace) for image in _both_ways(traces[0], images)]
    meant = [image for image in images if image.channel == channel]
    meant = meant or [image for image in traces if common_name(image.channel, image.unit) == channel][:1]
    return _both_ways(meant[0], images) if meant else []


def _both_ways(trace: Image, images: list[Image]) -> list[Image]:
    """A trace, with its retrace where that is there."""
    return [trace, *(image for image in images if image.channel == trace.channel + RETRACE)]


def choose(
    images: list[Image],
    channel_names: Mapping[str, str],
    known: Mapping[str, ChannelInfo],
    *,
    retraces: bool = False,
) -> Choice:
    """Name the channels of a scan and take those that fit together.

    Retraces are passed by, or with `retraces` taken as `<name> (retrace)` beside the trace they belong to. Of two
    channels with one common name the one named in `channel_names` stays, then a closed-loop sensor, then the first
    in the file. A channel of another shape or pixel size than the row's first absolute channel, or of another unit
    than `known` says for the stack, is left out, and so is an empty one.
    """
    traces = [image for image in images if not image.is_retrace or image.channel in channel_names]
    choice = Choice(n_retraces=len(images) - len(traces))
    named = _named(traces, channel_names, choice)
    if not named:
        found = ", ".join(f"{name}: {reason}" for name, reason in choice.left_out) or "only retraces in it"
        choice.refused = f"no channel can be used ({found})"
        return choice
    measure = next((image for image in named.values() if image.kind == "absolute"), next(iter(named.values())))
    if not (math.isfinite(measure.dx) and math.isfinite(measure.dy)):
        choice.refused = "no pixel size in the file. Write scan size / pixels into the manifest's column pixel_size_nm"
        return choice
    choice.dx, choice.dy = measure.dx, measure.dy
    for name, image in named.items():
        fault = _misfit(image, measure, known.get(name))
        if fault:
            choice.left_out.append((image.channel, fault))
        else:
            choice.images[name] = image
    if not choice.images:
        found = ", ".join(f"{name}: {reason}" for name, reason in choice.left_out)
        choice.refused = f"no channel can be used ({found})"
    elif retraces:
        _add_retraces(choice, images, measure, known)
    return choice


def _add_retraces(choice: Choice, images: list[Image], measure: Image, known: Mapping[str, ChannelInfo]) -> None:
    """The way back of every channel that was taken, where it fits beside it."""
    back = {image.channel: image for image in images if image.is_retrace and np.isfinite(image.heights).any()}
    for name, trace in list(choice.images.items()):
        image = back.get(trace.channel + RETRACE)
        if image is not None and not _misfit(image, measure, known.get(name)):
            choice.images[name + RETRACE] = image
            choice.n_retraces -= 1


def _named(traces: list[Image], channel_names: Mapping[str, str], choice: Choice) -> dict[str, Image]:
    """One image a common name, in file order; what is in the way goes to `choice.left_out`."""
    named: dict[str, Image] = {}
    for image in sorted(traces, key=lambda image: _rank(image, channel_names)):
        name = channel_names.get(image.channel) or common_name(image.channel, image.unit)
        if not np.isfinite(image.heights).any():
            choice.left_out.append((image.channel, "no measured pixel in it"))
        elif name in named:
            first = named[name].channel
            reason = f"{first!r} of the same scan is {name!r} already; `channel_names` can give this one its own name"
            choice.left_out.append((image.channel, reason))
        else:
            named[name] = image
    return dict(sorted(named.items(), key=lambda item: traces.index(item[1])))


def _rank(image: Image, channel_names: Mapping[str, str]) -> int:
    if image.channel in channel_names:
        return 0
    return 1 if _SENSOR.search(image.channel) else 2


def _misfit(image: Image, measure: Image, known: ChannelInfo | None) -> str:
    """Why a channel cannot stand beside the row's measure, or under its name in the stack; empty where it can."""
    if image.heights.shape != measure.heights.shape:
        sizes = " against ".join("x".join(map(str, one.heights.shape)) for one in (image, measure))
        return f"{sizes} pixels in {measure.channel!r} of the same scan"
    for one, other in ((image.dx, measure.dx), (image.dy, measure.dy)):
        if not math.isclose(one, other, rel_tol=PIXEL_TOLERANCE):
            return f"pixels of {one * 1e9:.6g} nm against {other * 1e9:.6g} nm in {measure.channel!r} of the same scan"
    if known and image.unit != known.unit:
        return f"in {image.unit or 'no unit'}, where {known.name!r} of the stack is in {known.unit or 'no unit'}"
    return ""
