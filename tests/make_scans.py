"""Small scans of every format, written byte by byte: what tests of readers read.

Every scan shows the same slope: COUNTS[y, x] = 40 y + 3 x, row 0 on top, so its corners tell a flip, a turn and a
transposition apart. `MAKERS` holds one function a file; each writes to the path that it is given.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from gwyfile.objects import GwyContainer, GwyDataField, GwySIUnit

ROWS, COLUMNS = 6, 9
COUNTS = 40 * np.arange(ROWS)[:, np.newaxis] + 3 * np.arange(COLUMNS)[np.newaxis, :]
WIDTH, HEIGHT = 900e-9, 1200e-9  # pixels of 100 nm x 200 nm
NM = COUNTS * 1e-9

Maker = Callable[[Path], None]
MAKERS: dict[str, Maker] = {}


def maker(name: str) -> Callable[[Maker], Maker]:
    def keep(function: Maker) -> Maker:
        MAKERS[name] = function
        return function

    return keep


def nanoscope_bytes(
    channels: list[dict[str, object]], *, version: str = "0x09700105", lines: int = ROWS, start: str = "\\*File list"
) -> bytes:
    """A Nanoscope file: 8 kB of header, then each channel's integers, the bottom line first."""
    size = 8192
    header = [
        start, f"\\Version: {version}", "\\Microscope: Testscope", "\\*Ciao scan list", "\\Scan Size: 900 nm",
        f"\\Lines: {lines}", "\\@Sens. Zsens: V 20.00000 nm/V", "\\@Sens. DeflSens: V 50.00000 nm/V",
        "\\@Sens. ForceSens: V 33.00000 nN/Arb", "\\@Sens. ModSens: V 2.500000 MPa/Arb",
        "\\@Sens. StiffSens: V 0.500000 N/m*Arb", "\\@Sens. LogSens: V 1.000000 log(Pa)/log(Arb)",
        "\\@Sens. Phase: V 1.000000 ", "\\@Sens. Bias: V 1.000000 V/V",
    ]  # fmt: skip
    blocks = []
    for number, channel in enumerate(channels):
        depth, stored = int(channel.get("depth", 2)), int(channel.get("stored", channel.get("depth", 2)))
        block = COUNTS[::-1].astype(f"<i{stored}").tobytes()
        header += [
            "\\*Ciao image list", f"\\Data offset: {size + number * len(block)}", f"\\Data length: {len(block)}",
            f"\\Bytes/pixel: {depth}", f"\\Samps/line: {COLUMNS}", f"\\Number of lines: {ROWS}",
            "\\Aspect Ratio: 3:4", f"\\Scan Size: {channel.get('size', '0.9 1.2 ~m')}",
            f"\\Scan Line: {channel.get('scan', 'Main')}",
            f"\\Line Direction: {channel.get('way', 'Trace')}",
            f"\\@2:Image Data: S [{channel['inner']}] \"{channel['name']}\"",
            f"\\@2:Z scale: {channel['scale']}", "\\@2:Z offset: V [Sens. Zsens] (0.1 V/LSB)       0 V",
        ]  # fmt: skip
        blocks.append(block)
    header.append("\\*File list end")
    text = ("\r\n".join(header) + "\r\n\x1a").encode("latin-1")
    return text.ljust(size, b"\0") + b"".join(blocks)


def height(scale: str = "V [Sens. Zsens] (0.005 V/LSB) 3276.8 V", **more: object) -> dict[str, object]:
    """A channel whose count is 3276.8 V / 65536 x 20 nm/V = 1 nm."""
    return {"inner": "Height", "name": "Height", "scale": scale, **more}


@maker("two_bytes.spm")
def _(path: Path) -> None:
    path.write_bytes(nanoscope_bytes([height(), height(way="Retrace")], version="0x07200000"))


@maker("four_bytes.001")
def _(path: Path) -> None:
    # 214748364.8 V / 2^32 x 20 nm/V = 1 nm; below it: 2 bytes deep, stored in 4
    deep = height("V [Sens. Zsens] (0.00000000572205 V/LSB) 214748364.8 V", depth=4)
    path.write_bytes(nanoscope_bytes([deep, height(name="Shallow", inner="Height2", depth=2, stored=4)]))


@maker("mechanics.spm")
def _(path: Path) -> None:
    signals = [
        ("Adhesion", "V [Sens. ForceSens] (0.0001 Arb/LSB) 65.536 Arb"),
        ("DMTModulus", "V [Sens. ModSens] (0.0001 Arb/LSB) 65.536 Arb"),
        ("Stiffness", "V [Sens. StiffSens] (0.0001 Arb/LSB) 65.536 Arb"),
        ("LogModulus", "V [Sens. LogSens] (0.0001 log(Arb)/LSB) 65.536 log(Arb)"),
        ("Deflection Error", "V [Sens. DeflSens] (0.0375 mV/LSB) 65536 mV"),
        ("Phase", "V [Sens. Phase] (0.005 \xb0/LSB) 65.536 \xb0"),
        ("Amplitude Error", "V [Sens. Absent] (0.04 mV/LSB) 65536 mV"),
        ("Bias", "V [Sens. Bias] (0.04 V/LSB) 65.536 V"),
        ("Arbitrary", "V (0.0001 Arb/LSB) 65.536 Arb"),
    ]
    channels = [height(scale, name=name, inner=name, stored=4) for name, scale in signals]
    path.write_bytes(nanoscope_bytes(channels))


@maker("lone_retrace.002")
def _(path: Path) -> None:
    path.write_bytes(nanoscope_bytes([height(way="Retrace"), height(scan="Interleave")], version="0x05120130"))


@maker("nanoscope_named.txt")
def _(path: Path) -> None:
    path.write_bytes(nanoscope_bytes([height()], version="0x05120130"))


@maker("stopped_early.spm")
def _(path: Path) -> None:
    # 900 nm x 900 nm planned as 9 lines of 9 pixels, stopped after 6: the pixels are square
    path.write_bytes(nanoscope_bytes([height(size="900 900 nm")], lines=9, version="0x07200000"))


def _matrix(separator: str = "\t", comma: bool = False, form: str = "{:.4e}", last: str = "\n") -> str:
    rows = [separator.join(form.format(value) for value in line) for line in NM]
    text = "\n".join(rows) + last
    return text.replace(".", ",") if comma else text


def _gwyddion(words: tuple[str, str, str, str], title: str = "Height") -> str:
    values = (title, "0.9 µm", "1.20 µm", "m")
    return "".join(f"# {word}: {value}\n" for word, value in zip(words, values, strict=True))


@maker("gwyddion_english.txt")
def _(path: Path) -> None:
    path.write_text(_gwyddion(("Channel", "Width", "Height", "Value units")) + _matrix(), "utf-8")


@maker("gwyddion_german.txt")
def _(path: Path) -> None:
    path.write_text(_gwyddion(("Kanal", "Breite", "Höhe", "Werteinheiten")) + _matrix(";", comma=True), "latin-1")


@maker("gwyddion_cyrillic.txt")
def _(path: Path) -> None:
    words = _gwyddion(("Канал", "Ширина", "Высота", "Единицы измерения"), "1F:SensHeight (1)")
    numbers = _matrix().replace("e-0", "e-00").replace("e+0", "e+00")
    path.write_bytes((words + numbers).replace("\n", "\r\n").encode("utf-8"))


@maker("no_header.txt")
def _(path: Path) -> None:
    path.write_text("\r\n" * 4 + _matrix())


@maker("degrees.csv")
def _(path: Path) -> None:
    path.write_text("\n".join(",".join(str(n) for n in line) for line in COUNTS) + "\n")


def _columns(order: str = "xy", up: bool = True, z: float = 1.0) -> str:
    xs, ys = np.arange(COLUMNS) * 0.1, np.arange(ROWS) * 0.2
    points = [(xs[j], ys[ROWS - 1 - i if up else i], COUNTS[i, j] * z) for i in range(ROWS) for j in range(COLUMNS)]
    points.sort(key=lambda p: (p[1], p[0]) if order == "xy" else (p[0], p[1]))
    return "".join(f"{x:.4f}\t{y:.4f}\t{z:.9f}\t\r\n" for x, y, z in points)


@maker("columns_stated.txt")
def _(path: Path) -> None:
    words = "Data Size:\t9 x 6\r\nSurface Size:\t0.9000 x 1.2000\r\n"
    units = "X Unit:\tMicroMeter\r\nY Unit:\tMicroMeter\r\nZ Unit:\tNanoMeter\r\n\r\nX\tY\tZ\r\n"
    path.write_text(words + units + _columns(), newline="")


@maker("columns_bare.xyz")
def _(path: Path) -> None:
    path.write_text(_columns("yx"), newline="")


@maker("channels.gwy")
def _(path: Path) -> None:
    container = GwyContainer()
    signals = [
        ("HeightTrace", NM, "m"), ("HeightRetrace", NM, "m"), ("Modulus", COUNTS * 1e6, "Pa"),
        ("PhaseRetrace", COUNTS * 1.0, "deg"), ("Unknown", COUNTS * 1.0, ""), ("Force", COUNTS * 1.0, "nN"),
    ]  # fmt: skip
    for number, (title, data, unit) in enumerate(signals):
        container[f"/{number}/data/title"] = title
        container[f"/{number}/data"] = GwyDataField(
            np.ascontiguousarray(data, dtype=float), xreal=WIDTH, yreal=HEIGHT,
            si_unit_xy=GwySIUnit(unitstr="m"), si_unit_z=GwySIUnit(unitstr=unit),
        )  # fmt: skip
    container.tofile(str(path))


@maker("no_lateral_unit.gwy")
def _(path: Path) -> None:
    container = GwyContainer()
    container["/0/data/title"] = "Test"
    container["/0/data"] = GwyDataField(NM.copy(), xreal=9.0, yreal=12.0)
    container.tofile(str(path))


@maker("field.gsf")
def _(path: Path) -> None:
    lines = (
        f"XRes = {COLUMNS}\nYRes = {ROWS}\nXReal = {WIDTH}\nYReal = {HEIGHT}\nXYUnits = m\nZUnits = nm\nTitle = Topo\n"
    )
    head = b"Gwyddion Simple Field 1.0\n" + lines.encode()
    path.write_bytes(head + b"\0" * (4 - len(head) % 4) + COUNTS.astype("<f4").tobytes())


def sxm_bytes(direction: str) -> bytes:
    """A Nanonis scan: Z there and back, the current there only; the last line scanned was never reached."""
    header = (
        ":NANONIS_VERSION:\n2\n:SCANIT_TYPE:\n              FLOAT            MSBFIRST\n"
        f":SCAN_PIXELS:\n       {COLUMNS}       {ROWS}\n:SCAN_RANGE:\n           {WIDTH:E}           {HEIGHT:E}\n"
        f":SCAN_DIR:\n{direction}\n:Z-Controller>Setpoint:\n1e-10\n:DATA_INFO:\n"
        "\tChannel\tName\tUnit\tDirection\tCalibration\tOffset\n\t14\tZ\tm\tboth\t9.0E-9\t0.0\n"
        "\t0\tCurrent\tA\tforward\t1.0E-9\t0.0\n\n:SCANIT_END:\n\n\n\x1a\x04"
    )
    last = ROWS - 1 if direction == "down" else 0
    z = NM.copy()
    z[last] = np.nan
    scanned = z if direction == "down" else z[::-1]
    planes = [scanned, scanned[:, ::-1], scanned]
    return header.encode("latin-1") + b"".join(plane.astype(">f4").tobytes() for plane in planes)


@maker("down.sxm")
def _(path: Path) -> None:
    path.write_bytes(sxm_bytes("down"))


@maker("up.sxm")
def _(path: Path) -> None:
    path.write_bytes(sxm_bytes("up"))


@maker("easyscan.nid")
def _(path: Path) -> None:
    # 65.536 um over 16 bits: a count is 1 nm around the middle of the range, which lies at 0
    groups = [("Scan forward", [("Z-Axis", "m", 65.536e-6), ("Phase", "°", 65.536)]),
              ("Scan backward", [("Z-Axis", "m", 65.536e-6)])]  # fmt: skip
    head = ["[DataSet]", "Version=2", f"GroupCount={len(groups)}"]
    described = []
    for number, (frame, channels) in enumerate(groups):
        head += [f"Gr{number}-Name={frame}", f"Gr{number}-Count={len(channels) + 1}"]
        for place, (name, unit, full) in enumerate(channels, start=1):
            head.append(f"Gr{number}-Ch{place}=DataSet-{number}:{place}")
            described += [
                f"[DataSet-{number}:{place}]", f"Points={COLUMNS}", f"Lines={ROWS}", f"Frame={frame}", "Dim0Unit=m",
                f"Dim0Range={WIDTH}", "Dim1Unit=m", f"Dim1Range={HEIGHT}", f"Dim2Name={name}", f"Dim2Unit={unit}",
                f"Dim2Range={full}", f"Dim2Min={-full / 2}", "SaveMode=Binary", "SaveBits=16", "SaveSign=Signed",
                "SaveOrder=Intel",
            ]  # fmt: skip
    block = COUNTS[::-1].astype("<i2").tobytes()
    path.write_bytes("\r\n".join([*head, *described, "", "#!"]).encode("latin-1") + 3 * block)


_WAVE = struct.Struct("<IIIlhh6sh32slI4l4d4d4s16shhddI4I4II16lhhhccIlhhII")


def ibw_bytes(
    planes: list[np.ndarray], labels: list[str], step: float = 1.0, note: str = "", column_labels: tuple[str, ...] = ()
) -> bytes:
    """An Igor wave, version 5, [x, y, layer] with y upwards; Igor's steps are L/(N-1)."""
    cube = np.stack([plane[::-1].T for plane in planes], axis=2).astype("<f4")
    data = cube.tobytes(order="F")
    n = (*cube.shape, 0)
    steps = (step * WIDTH / (COLUMNS - 1), step * HEIGHT / (ROWS - 1), 1.0, 1.0)
    unit = b"m\0\0\0" if step == 1.0 else b"\0\0\0\0"
    wave = _WAVE.pack(
        0, 0, 0, cube.size, 2, 0, b"", 1, b"scan", 0, 0, *n, *steps, 0.0, 0.0, 0.0, 0.0,
        unit, (unit * 2).ljust(16, b"\0"),
        0, 0, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, *([0] * 16), 0, 0, 0, b"\0", b"\0", 0, 0, 0, 0, 0, 0,
    )  # fmt: skip

    # Asylum leaves the rest of a longer name behind the closing NUL
    def cells(names: tuple[str, ...]) -> bytes:
        return b"".join((name.encode() + b"\0e").ljust(32, b"\0")[:32] for name in names)

    layers = cells(("", *labels)) if labels else b""
    columns = cells(("", *column_labels)) if column_labels else b""
    sizes = (_WAVE.size + len(data), 0, len(note), 0, 0, 0, 0, 0, 0, len(columns), len(layers), 0, 0, 0, 0)
    head = struct.pack("<hh15l", 5, 0, *sizes)
    total = sum(np.frombuffer(head + wave, "<i2").tolist()) & 0xFFFF
    head = head[:2] + struct.pack("<H", -total & 0xFFFF) + head[4:]
    return head + wave + data + note.encode() + columns + layers


@maker("asylum.ibw")
def _(path: Path) -> None:
    note = f"ScanSize: 1.2e-06\rFastScanSize: {WIDTH}\rSlowScanSize: {HEIGHT}\rScanDown: 1\r"
    path.write_bytes(
        ibw_bytes(
            [NM, NM, COUNTS * 1.0, COUNTS * 1.0],
            ["HeightTrace", "HeightRetrace", "PhaseRetrace", "UserCalcTrace"],
            note=note,
        )
    )


@maker("nameless.ibw")
def _(path: Path) -> None:
    path.write_bytes(ibw_bytes([NM], [], step=1e6))


def jpk_tags(
    name: str, fancy: str, retrace: bool, slots: list[tuple[str, str, float, float]], default: str
) -> list[tuple[int, str | int, int, object, bool]]:
    """Tags of one JPK channel: its slots are (name, unit, gain, offset)."""
    tags: list[tuple[int, str | int, int, object, bool]] = [
        (0x8050, "s", 0, name, True), (0x8051, "H", 1, int(retrace), True), (0x8052, "s", 0, fancy, True),
        (0x8080, "I", 1, len(slots) + 1, True), (0x8081, "s", 0, default, True),
        (0x8090, "s", 0, "raw", True), (0x80A3, "s", 0, "NullScaling", True),
    ]  # fmt: skip
    for number, (slot, unit, gain, offset) in enumerate(slots, start=1):
        block = 0x30 * number
        tags += [
            (0x8090 + block, "s", 0, slot, True), (0x80A2 + block, "s", 0, unit, True),
            (0x80A3 + block, "s", 0, "LinearScaling", True),
            (0x80A4 + block, "d", 1, gain, True), (0x80A5 + block, "d", 1, offset, True),
        ]  # fmt: skip
    return tags


def write_jpk(path: Path, reflected: bool = False, scaling: str | None = None) -> None:
    """A JPK image: a thumbnail with the grid, then integers, the bottom line first unless reflected."""
    lines = (COUNTS if reflected else COUNTS[::-1]).astype(np.int32)
    grid = [
        (0x8042, "d", 1, WIDTH, True), (0x8043, "d", 1, HEIGHT, True), (0x8045, "H", 1, int(reflected), True),
        (0x8046, "I", 1, COLUMNS, True), (0x8047, "I", 1, ROWS, True),
    ]  # fmt: skip
    volts, metres = ("volts", "V", 1e-3, 0.0), ("calibrated", "m", 1e-9, 5e-6)
    pages = [
        jpk_tags("height", "Height", False, [volts, metres], "calibrated"),
        jpk_tags("height", "Height", True, [volts, metres], "calibrated"),
        jpk_tags("adhesion", "Adhesion", False, [volts, ("force", "N", 1e-12, 0.0)], "force"),
        jpk_tags("slope", "Slope", False, [("volts", "N/m", 1e-3, 0.0)], "volts"),
        jpk_tags("error", "Error Signal", False, [volts], "volts"),
    ]
    if scaling:
        pages = [[(c, t, n, scaling if v == "LinearScaling" else v, w) for c, t, n, v, w in pages[0]]]
    with tifffile.TiffWriter(path) as tiff:
        tiff.write(np.zeros((4, 4), np.uint8), photometric="minisblack", extratags=grid, metadata=None)
        for tags in pages:
            tiff.write(lines, photometric="minisblack", extratags=tags, metadata=None)


@maker("image.jpk")
def _(path: Path) -> None:
    write_jpk(path)


@maker("reflected.jpk-qi-image")
def _(path: Path) -> None:
    write_jpk(path, reflected=True)


def write_park(path: Path, kind: int = 0, form: str = "<f4", scale: float = 2.0, offset: float = 10.0) -> None:
    """A Park TIFF: value = 0.5 nm x (scale x raw + offset), the bottom line first."""
    number = {"<i2": 0, "<i4": 1, "<f4": 2}[form]
    raw = ((COUNTS[::-1] - offset * 0.5) / (0.5 * (scale or 1.0))).astype(form)

    def wide(text: str, size: int) -> bytes:
        return text.encode("utf-16-le").ljust(2 * size, b"\0")

    header = struct.pack("<I", kind) + wide("Z Height", 32) + wide("NCM", 8) + struct.pack("<dII", 1.0, 0, 0)
    header += struct.pack("<IIdIdIII", COLUMNS, ROWS, 0.0, 0, 0.0, 1, 1, 0)
    header += struct.pack("<dddddd", WIDTH * 1e6, HEIGHT * 1e6, 0.0, 0.0, 1.0, 0.0) + wide("V", 8)
    header += struct.pack("<ddddd", 0.0, 0.0, 0.5, scale, offset) + wide("nm", 8) + struct.pack("<iiiIII", *[0] * 6)
    header += struct.pack("<dd", 1.0, 1.0) + b"\0" * 48 + struct.pack("<III", number, 0, 0)
    version = 0x01000001 if form == "<i2" else 0x01000002
    tags = [
        (0xC500, "I", 1, 0x0E031301, True), (0xC501, "I", 1, version, True),
        (0xC502, 1, raw.nbytes, raw.tobytes(), True), (0xC503, 7, len(header), header, True),
    ]  # fmt: skip
    tifffile.imwrite(path, np.zeros((4, 4), np.uint8), photometric="minisblack", extratags=tags, metadata=None)


@maker("park_float.tiff")
def _(path: Path) -> None:
    write_park(path)


@maker("park_integer.tiff")
def _(path: Path) -> None:
    write_park(path, form="<i2", scale=0.0, offset=0.0)


@maker("plain.tif")
def _(path: Path) -> None:
    tifffile.imwrite(path, COUNTS.astype(np.float32), photometric="minisblack", metadata=None)


@maker("plain.npy")
def _(path: Path) -> None:
    np.save(path, COUNTS.astype(np.float64))


@maker("metres.npz")
def _(path: Path) -> None:
    np.savez(path, height=NM, labels=np.arange(3))


@maker("wsxm.stp")
def _(path: Path) -> None:
    # the lines lie turned by half a circle; doubles are physical values
    head = (
        "WSxM file copyright UAM\nSxM Image file\nImage header size: {size:5d}\n\n[Control]\n\n"
        "    X Amplitude: 900 nm\n    Y Amplitude: 1200 nm\n\n[General Info]\n\n    Acquisition channel: Topography\n"
        f"    Image Data Type: double\n    Number of columns: {COLUMNS}\n    Number of rows: {ROWS}\n"
        "    Z Amplitude: 224 nm\n\n[Header end]\n"
    )
    head = head.format(size=len(head.format(size=0)))
    path.write_bytes(head.encode("latin-1") + COUNTS[::-1, ::-1].astype("<f8").tobytes())


def write(folder: Path, name: str) -> Path:
    """The file of that name, made anew in the folder."""
    path = folder / name
    MAKERS[name](path)
    return path
