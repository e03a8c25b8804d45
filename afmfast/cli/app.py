"""The commands. `lines` hands on what does the work when it is first named, so `--help` imports none of it."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from .. import study as lines
from ..features.table import every, resolve
from ..files import write_text
from ..study.folder import StudyFolder, of_stage, study_of
from .channels import page as channel_page
from .channels import show as show_channels
from .flags import Given, changes
from .parameters import page, show
from .power import show as show_power
from .progress import shown
from .repeatability import show as show_repeats
from .said import findings_table, ingest_summary, settings_reset

if TYPE_CHECKING:
    from ..study.result import StudyResult

app = App(
    name="afmfast",
    version=version_of("afmfast"),
    help="Can these AFM images tell my samples apart, and is that real?",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)

Out = Annotated[
    Path | None, Parameter(help="folder of all products (default: ./<name>-study; of a study's own study.yaml: its)")
]
Quiet = Annotated[bool, Parameter(negative="", help="say only what is asked for or wrong")]
Workers = Annotated[int | None, Parameter(help="local workers (default: one a core)")]
Scheduler = Annotated[
    str | None, Parameter(help="serial, threads, processes, or the address of a Dask scheduler: tcp://host:8786")
]
Strict = Annotated[bool, Parameter(negative="", help="stop at the first file that cannot be read")]


@app.command
def demo(
    *,
    out: Annotated[Path, Parameter(help="folder to write to")] = Path("afmfast-demo"),
    size: Annotated[Literal["normal", "small"], Parameter(help="small: seconds instead of minutes")] = "normal",
    null: Annotated[bool, Parameter(negative="", help="the same archive without a class difference")] = False,
    seed: int = 0,
    workers: Workers = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> int:
    """Make an archive with a known answer, study it, and write the report."""
    with shown(quiet=quiet) as progress:
        result = lines.demo.demo(
            out, size=size, null=null, seed=seed, workers=workers, scheduler=scheduler, progress=progress
        )
    code = _finish(result)
    print(lines.demo.known_answer(size, null=null))
    return code


@app.command
def init(folder: Path, *, quiet: Quiet = False) -> int:
    """Start a study: write manifest.csv and study.yaml for a folder of scans."""
    with shown(quiet=quiet) as progress:
        started = lines.ingest.init(folder, progress=of_stage(progress, "init"))
    print(findings_table(started.findings))
    print(f"wrote {started.manifest} and {started.settings}; fill `group` in, then: afmfast study {started.settings}")
    return 0


@app.command
def ingest(
    source: Annotated[Path, Parameter(help="manifest.csv or study.yaml")],
    *,
    out: Out = None,
    strict: Strict = False,
    gallery: Annotated[bool, Parameter(negative="", help="write gallery.html, a contact sheet")] = False,
    quiet: Quiet = False,
) -> int:
    """Read every scan into stack.zarr."""
    folder, settings = study_of(source, out)
    with shown(quiet=quiet) as bars, lines.at_work.at_work(folder, bars) as progress, folder.trying(settings):
        report = lines.pipeline.ingest_stage(folder, settings, strict=strict, gallery=gallery, progress=progress)
    print(ingest_summary(report))
    if gallery:
        print(f"gallery: {folder.path / 'gallery.html'}")
    return int(report.exit_code)


@app.command
def measure(
    directory: Path,
    *,
    given: Given = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> int:
    """Turn the stack of a study into its table of surface parameters."""
    folder = StudyFolder(directory)
    settings = folder.load(**changes(given))
    with shown(quiet=quiet) as bars, lines.at_work.at_work(folder, bars) as progress:
        table = lines.pipeline.measure_stage(folder, settings, workers=workers, scheduler=scheduler, progress=progress)
        folder.save(settings)
    columns = sum(":" in column for column in table.columns)
    print(f"{len(table)} rows, {columns} parameters: {folder.parameters}")
    for name, reason in table.attrs.get("channels_left_out", {}).items():
        print(f"  not used: {name} depends on the instrument: {reason}. To use it: --channels {name!r}")
    channels = table.attrs["channels"]
    cautions = lines.checks.missing_pixels(channels)
    for caution in cautions + lines.checks.rejected_tiles(channels, settings.tiles.reject_over):
        print(f"! {caution['text']}")
    return 0


@app.command
def classify(
    directory: Path,
    *,
    given: Given = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> int:
    """Split, train, test and randomize; write results.json and the report."""
    folder = StudyFolder(directory)
    settings = folder.load(**changes(given))
    with shown(quiet=quiet) as bars, lines.at_work.at_work(folder, bars) as progress:
        if folder.stack.exists():
            lines.pipeline.measure_stage(folder, settings, workers=workers, scheduler=scheduler, progress=progress)
        result = lines.pipeline.classify_stage(
            folder, settings, workers=workers, scheduler=scheduler, progress=progress
        )
        folder.save(settings)
        lines.pipeline.report_stage(folder)
    return _finish(result)


@app.command
def repeatability(
    directory: Path,
    *,
    by: Annotated[
        tuple[str, ...],
        Parameter(help="columns of the manifest to compare across: probe, instrument", consume_multiple=True),
    ] = (),
    workers: Workers = None,
    quiet: Quiet = False,
) -> int:
    """Say how well each parameter repeats, from re-scans and ways back; write repeatability.json and the report."""
    folder = StudyFolder(directory)
    settings = folder.load()
    with shown(quiet=quiet) as bars, lines.at_work.at_work(folder, bars) as progress:
        document = lines.repeatability.repeatability_stage(folder, settings, by=by, workers=workers, progress=progress)
        if folder.results.is_file():
            lines.pipeline.report_stage(folder)
    show_repeats(document)
    print(folder.repeatability)
    return 0


@app.command
def power(
    directory: Path,
    *,
    effect: Annotated[float | None, Parameter(help="a mean AUC worth finding, such as 0.75")] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> int:
    """Say how many groups it would take, from a finished study; write power.json."""
    folder = StudyFolder(directory)
    settings = folder.load()
    with shown(quiet=quiet) as bars, lines.at_work.at_work(folder, bars) as progress:
        document = lines.power.power_stage(
            folder, settings, effect, workers=workers, scheduler=scheduler, progress=progress
        )
    show_power(document)
    print(folder.power)
    return 0


@app.command
def report(directory: Path) -> int:
    """Write the report again from results.json."""
    print(lines.pipeline.report_stage(StudyFolder(directory)))
    return 0


@app.command
def study(
    source: Annotated[Path, Parameter(help="manifest.csv or study.yaml")],
    *,
    given: Given = None,
    out: Out = None,
    strict: Strict = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> int:
    """From scan files to the report; started again, it goes on where it stopped."""
    folder, settings = study_of(source, out, **changes(given))
    if folder.settings_file.is_file():
        reset = settings_reset(folder.load(), settings, changes(given))
        print(*filter(None, [reset]), sep="", end="\n" if reset else "", file=sys.stderr)
    with shown(quiet=quiet) as progress:
        result = lines.pipeline.run_study(
            settings, out=folder.path, strict=strict, workers=workers, scheduler=scheduler, progress=progress
        )
    return _finish(result)


@app.command
def status(directory: Path) -> int:
    """Say what a study folder holds so far, also while a study runs: progress, running AUC, remaining time."""
    for stage, found in lines.status.status(directory):
        print(f"{stage:<9} {found}")
    return 0


@app.command
def bench(
    stack: Annotated[Path | None, Parameter(help="a stack.zarr of your own to measure some images of")] = None,
    *,
    parameters: Annotated[tuple[str, ...], Parameter(help="sets and symbols", consume_multiple=True)] = ("classic",),
    size: Annotated[int, Parameter(help="side of the synthetic images in pixels")] = 512,
    json: Annotated[Path | None, Parameter(help="file to write the figures to")] = None,
) -> int:
    """Time every set and ingredient on this machine, as multiples of one Fourier transform."""
    document = lines.bench.bench(stack, parameters=parameters, size=size)
    print(lines.bench.told(document))
    if json is not None:
        write_text(json, dumps(document, indent=1) + "\n")
    return 0


@app.command
def channels(
    *, markdown: Annotated[bool, Parameter(negative="", help="as a page of Markdown: docs/channels.md")] = False
) -> int:
    """List the kinds of channels: which are used unless others are named, and why not the rest."""
    if markdown:
        print(channel_page(), end="")
    else:
        show_channels()
    return 0


@app.command
def parameters(
    names: Annotated[list[str] | None, Parameter(help="sets or symbols (default: all)")] = None,
    /,
    *,
    markdown: Annotated[bool, Parameter(negative="", help="as a page of Markdown: docs/parameters.md")] = False,
) -> int:
    """List the surface parameters: symbol, aliases, sets, unit, definition, what leaves them unchanged, reference."""
    rows = resolve(names) if names else every()
    if markdown:
        print(page(rows), end="")
    else:
        show(rows)
    return 0


def _finish(result: StudyResult) -> int:
    print(result.summary())
    return int(result.exit_code)
