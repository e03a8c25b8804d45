"""A user's own parameters: registered, brought by a package, sent to workers, measured again when code changes."""

import functools
import re
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest
from distributed import LocalCluster
from test_measure import Images, relief

import afmfast
from afmfast.cli.parameters import page
from afmfast.errors import AfmfastError, ParameterFailed, SettingsError
from afmfast.features import plugins
from afmfast.features.fingerprint import fingerprint
from afmfast.features.measure import measure, measure_image
from afmfast.features.own import own_row
from afmfast.features.preparation import Preparation
from afmfast.features.table import PARAMETERS, SETS, every, resolve
from afmfast.schedule import open_pool

D = 1e-8
NAMED = {"title": "share above", "definition": "Share of the pixels above the mean.", "unit_powers": (0, 0)}


def share_above(z, dx, dy):
    return float((z > 0).mean())


def spread(z, dx, dy):
    return float(np.sqrt(np.nanmean(z**2)))


@pytest.fixture
def register():
    yield afmfast.register_parameter
    for row in tuple(PARAMETERS):
        if row.family == "own" and row.symbol not in plugins.names():
            afmfast.forget_parameter(row.symbol)


# --- what the function sees and returns ------------------------------------------------------------


def test_register__then_its_symbol_works_like_any_other(register):
    register("Shigh", share_above, **NAMED)
    z = relief()
    found = measure_image(z, D, D, level="constant", parameters=["Sq", "Shigh"])
    assert list(found.index) == ["Sq", "Shigh"]
    assert found["Shigh"] == np.mean(z > z.mean())


@pytest.mark.parametrize("sd", [1e-19, 3e-9, 1e11])
def test_function__sees_si_heights_in_any_unit(sd, register):
    register("Sspread", spread, **NAMED | {"unit_powers": (1, 0)})
    found = measure_image(sd * relief(), D, D, unit="J", parameters=["Sq", "Sspread"])
    assert found["Sspread"] == pytest.approx(found["Sq"], rel=1e-6)
    assert found.attrs["units"]["Sspread"] == "J"


def test_function__sees_doubles_without_mean_and_pixel_sizes(register):
    seen = []
    register("Slook", lambda *given: seen.append(given) or 0.0, **NAMED)
    z = relief() + 5.0
    measure_image(z, D, 2 * D, level="none", parameters="Slook")
    heights, dx, dy = seen[0]
    assert (heights.dtype, heights.shape, dx, dy) == (np.float64, z.shape, D, 2 * D)
    np.testing.assert_allclose(heights, z - z.mean(), atol=1e-6)


@pytest.mark.parametrize("flat", [True, False])
def test_function__sees_nan_where_not_measured(flat, register):
    seen = []
    register("Slook", lambda z, dx, dy: seen.append(z) or float(np.isnan(z).sum()), **NAMED)
    z = 0 * relief() if flat else relief()
    z[3, 4], z[7] = np.inf, np.nan
    assert measure_image(z, D, D, level="none", parameters="Slook")["Slook"] == 1 + z.shape[1]
    kept = np.isfinite(z)
    np.testing.assert_array_equal(np.isnan(seen[0]), ~kept)
    np.testing.assert_allclose(seen[0][kept], z[kept] - z[kept].mean(), atol=1e-6)


def test_function__is_not_called_where_nothing_was_measured(register):
    register("Sfail", lambda z, dx, dy: 1 / 0, **NAMED)
    assert np.isnan(measure_image(np.full((5, 5), np.nan), D, D, parameters="Sfail")["Sfail"])


def test_function__may_return_nan_and_infinity_becomes_it(register):
    register("Snan", lambda z, dx, dy: np.nan, **NAMED)
    register("Sinf", lambda z, dx, dy: np.inf, **NAMED)
    assert measure_image(relief(), D, D, parameters=["Snan", "Sinf"]).isna().all()


def test_function__cannot_change_what_the_next_one_sees(register):
    register("Swrite", lambda z, dx, dy: z.sort() or 0.0, **NAMED)
    with pytest.raises(ParameterFailed, match="'Swrite' failed .*read-only"):
        measure_image(relief(), D, D, parameters="Swrite")


def test_needs_length__leaves_it_out_elsewhere(register):
    register("Sarea", share_above, **NAMED, needs="length")
    assert list(measure_image(relief(), D, D, unit="N", parameters=["Sq", "Sarea"]).index) == ["Sq"]


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Sq", "Sal", "classic", "Std_cos2"])
def test_register__refuses_a_name_that_exists(name, register):
    with pytest.raises(SettingsError, match=f"'{name}'.*choose another"):
        register(name, share_above, **NAMED)


def test_register__refuses_to_replace_one_silently_and_says_how(register):
    register("Shigh", share_above, **NAMED)
    with pytest.raises(SettingsError, match=r"afmfast\.forget_parameter\('Shigh'\) first"):
        register("Shigh", share_above, **NAMED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"symbol": "S high"}, "a symbol is a letter, then letters"),
        ({"function": 3}, "3 is no function"),
        ({"title": ""}, "title is ''"),
        ({"definition": None}, "definition is None"),
        ({"unit_powers": (0.5, 0)}, "two whole numbers"),
        ({"needs": "money"}, "needs is 'money'; allowed: any, length, zero"),
    ],
)
def test_register__refuses_by_name_what_it_cannot_use(change, words, register):
    given = {"symbol": "Shigh", "function": share_above, **NAMED} | change
    with pytest.raises(SettingsError, match=words) as refusal:
        register(given.pop("symbol"), given.pop("function"), **given)
    assert change.get("symbol", "Shigh") in str(refusal.value)
    assert "Shigh" not in PARAMETERS


def test_forget__takes_it_back_even_where_it_was_measured(register):
    register("Shigh", share_above, **NAMED)
    measure_image(relief(), D, D, parameters="Shigh")
    afmfast.forget_parameter("Shigh")
    register("Shigh", lambda z, dx, dy: 7.0, **NAMED)
    assert measure_image(relief(), D, D, parameters="Shigh")["Shigh"] == 7.0


@pytest.mark.parametrize("symbol", ["Sq", "Sxx"])
def test_forget__is_for_what_was_registered(symbol):
    with pytest.raises(SettingsError, match=f"'{symbol}' was not registered"):
        afmfast.forget_parameter(symbol)


def test_all__is_what_afmfast_brings(register):
    register("Shigh", share_above, **NAMED)
    assert "Shigh" not in SETS["all"]
    assert "Shigh" in [row.symbol for row in every()]
    assert "## Own" in page(every())


# --- on its way to workers -------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["serial", "threads", "processes", "cluster"])
def test_measure__a_local_function_gives_the_same_in_every_mode(mode, register):
    limit = 0.25
    register("Sover", lambda z, dx, dy: float((z > limit).mean()), **NAMED)
    blocks = [Images((1, 2)), Images((3,))]
    wanted = [np.mean(k - k.mean() > limit) for k in (relief((24, 27), s).astype(np.float32) for s in (1, 2, 3))]
    if mode != "cluster":
        with open_pool(mode, workers=2) as pool:
            found = measure(blocks, parameters=["Sover"], how=Preparation(level="none"), pool=pool)
    else:
        with (
            LocalCluster(
                n_workers=1, processes=False, dashboard_address=None, protocol="tcp", silence_logs=50
            ) as there,
            open_pool(there.scheduler_address) as pool,
        ):
            found = measure(blocks, parameters=["Sover"], how=Preparation(level="none"), pool=pool)
    np.testing.assert_array_equal(found.values[:, 0, 0], wanted)


@pytest.mark.parametrize("mode", ["serial", "processes"])
def test_measure__a_raising_function_names_parameter_image_and_line(mode, register):
    register("Sfail", lambda z, dx, dy: 1 / 0, **NAMED)
    with (
        open_pool(mode, workers=1) as pool,
        pytest.raises(AfmfastError, match=r"'Sfail' failed on image 8: ZeroDivisionError: .*test_own.*line \d+"),
    ):
        measure([Images((8,))], parameters=["Sq", "Sfail"], pool=pool)


def test_measure__what_cannot_be_pickled_is_refused_by_name(register):
    lock = threading.Lock()
    register("Slock", lambda z, dx, dy: float(lock.locked()), **NAMED)
    with open_pool("threads", workers=1) as pool:
        assert measure([Images((1,))], parameters=["Slock"], pool=pool).values[0, 0, 0] == 0.0
    with (
        open_pool("processes", workers=1) as pool,
        pytest.raises(SettingsError, match=r"'Slock' cannot be sent to other processes .*scheduler=\"threads\""),
    ):
        measure([Images((1,))], parameters=["Slock"], pool=pool)


def test_measure__what_a_worker_cannot_import_is_refused_by_name(register, tmp_path, monkeypatch):
    """The module is importable here alone, as on a cluster without the user's folder."""
    (tmp_path / "only_here.py").write_text("def one(z, dx, dy):\n    return 1.0\n")
    with open_pool("processes", workers=1) as pool:
        monkeypatch.syspath_prepend(tmp_path)
        import only_here

        register("Sone", only_here.one, **NAMED)
        with pytest.raises(SettingsError, match=r"'Sone' cannot be opened on a worker .*No module named 'only_here'"):
            measure([Images((1,))], parameters=["Sone"], pool=pool)


# --- brought by a package --------------------------------------------------------------------------

SOURCE = """
    from afmfast.features.parameter import Parameter
    from afmfast.kernels.results import HeightMoments

    RATIO = Parameter("Sratio", "ratio", HeightMoments, lambda m: m.highest / m.rms, 0, 0, "own", "Sp over Sq.", "mine")

    def untold(z, dx, dy):
        return 0.0
"""
ENTRIES = """
    [afmfast.parameters]
    Stall = tall_plugin:tallness
    Sratio = tall_plugin:RATIO
    Suntold = tall_plugin:untold
    Sother = tall_plugin:RATIO
    Sgone = tall_plugin:nothing_there
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """What `pip install` leaves behind: a module and its dist-info."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "tall_plugin.py").write_text(block_after("docs/own-parameters.md", "package") + textwrap.dedent(SOURCE))
    info = folder / "tall_plugin-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tall-plugin\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text(textwrap.dedent(ENTRIES))
    return folder


@pytest.fixture
def installed(package, monkeypatch):
    monkeypatch.syspath_prepend(package)
    monkeypatch.setattr(plugins, "_loaded", set())
    before = set(PARAMETERS.names())
    yield package
    for symbol in set(PARAMETERS.names()) - before:
        PARAMETERS.remove(symbol)


def test_package__brings_functions_and_rows(installed):
    found = measure_image(relief(), D, D, parameters=["Stall", "Sp", "Sratio", "Sq"])
    assert found["Stall"] == pytest.approx(found["Sp"] / found["Sq"])
    assert found["Sratio"] == pytest.approx(found["Sp"] / found["Sq"])
    assert PARAMETERS["Stall"].definition == "Largest height over the root mean square height."
    assert PARAMETERS["Stall"].reference == "package tall-plugin 1.5"


def test_package__is_not_imported_before_it_is_named(installed):
    code = (
        "import sys, afmfast.features.table as t; t.resolve('classic'); before = 'tall_plugin' in sys.modules;"
        "t.resolve('Stall'); print(before, 'tall_plugin' in sys.modules)"
    )
    path = f"import sys; sys.path.insert(0, {str(installed)!r});"
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_package__reaches_every_worker(installed):
    with open_pool("processes", workers=2) as pool:
        found = measure([Images((s,)) for s in range(4)], parameters=["Stall", "Sratio"], pool=pool).values
    np.testing.assert_allclose(found[:, 0, 0], found[:, 0, 1], rtol=1e-6)


def test_package__that_a_worker_lacks_is_named(package, monkeypatch):
    monkeypatch.setattr(plugins, "_loaded", set())
    with open_pool("processes", workers=1) as pool, monkeypatch.context() as here:
        here.syspath_prepend(package)
        try:
            with pytest.raises(SettingsError, match="a worker cannot use parameter 'Stall'.*install the package"):
                measure([Images((1,))], parameters=["Stall"], pool=pool)
        finally:
            PARAMETERS.remove("Stall")


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        ("Suntold", r"'Suntold' of the installed package tall-plugin 1\.5: .*definition is ''.*docstring"),
        ("Sother", "brings a row called 'Sratio'; the entry point must have the row's name"),
        ("Sgone", "'Sgone' of the installed package .* cannot be imported .*nothing_there.*repair the package"),
    ],
)
def test_package__that_is_wrong_is_named(symbol, words, installed):
    with pytest.raises(SettingsError, match=words):
        resolve(symbol)
    assert "Sq" in measure_image(relief(), D, D, parameters=["Sq", "Stall"])


def test_package__its_names_are_taken(installed, register):
    with pytest.raises(SettingsError, match="'Stall'.*choose another"):
        register("Stall", share_above, **NAMED)


def test_package__a_near_name_is_offered_without_importing(installed):
    with pytest.raises(SettingsError, match="did you mean 'Stall'"):
        resolve("Stal")


# --- measured again when the code changes ----------------------------------------------------------


def of(function):
    return fingerprint(own_row("Sx", function, reference="", **NAMED))


def made(source, **names):
    exec(source, names)
    return names["f"]


BASE = "def f(z, dx, dy, p=2):\n    return helper(z) ** p + k"
HELPER = "def f(z):\n    return z.mean()"


def test_fingerprint__is_that_of_the_code():
    one, same = (made(BASE, helper=made(HELPER), k=1) for _ in range(2))
    assert of(one) == of(same)
    assert of(one) == of(made("\n\n" + BASE, helper=made(HELPER), k=1)), "the place in the file does not matter"


@pytest.mark.parametrize(
    "changed",
    [
        made(BASE.replace("+", "-"), helper=made(HELPER), k=1),
        made(BASE.replace("p=2", "p=3"), helper=made(HELPER), k=1),
        made(BASE, helper=made(HELPER), k=2),
        made(BASE, helper=made(HELPER.replace("mean", "std")), k=1),
        made(BASE, helper=np.array([1.0, 2.0]), k=1),
        functools.partial(made(BASE, helper=made(HELPER), k=1), p=3),
    ],
    ids=["code", "default", "global", "helper", "array", "partial"],
)
def test_fingerprint__changes_with(changed):
    assert of(changed) != of(made(BASE, helper=made(HELPER), k=1))


def test_fingerprint__sees_what_a_closure_holds():
    def above(limit):
        return lambda z, dx, dy: float((z > limit).mean())

    assert of(above(1.0)) == of(above(1.0))
    assert of(above(1.0)) != of(above(2.0))


def test_fingerprint__sees_a_module_of_the_user(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "my_helpers.py"
    file.write_text("def mean(z):\n    return z.mean()\n")
    import my_helpers

    through = made("def f(z, dx, dy):\n    return my_helpers.mean(z)", my_helpers=my_helpers)
    before = of(through)
    file.write_text("def mean(z):\n    return z.mean() + 1\n")
    assert of(through) != before


def test_fingerprint__is_the_same_in_every_process():
    code = (
        "from afmfast.features.fingerprint import fingerprint; from afmfast.features.own import own_row\n"
        "names = {'a', 'bb', 'ccc'}\n"
        "def f(z, dx, dy): return float(len(names) + ('x' in {'x', 'yy', 'zzz'}))\n"
        "print(fingerprint(own_row('Sx', f, title='t', definition='d', unit_powers=(0, 0), reference='')))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, **ENV},
        ).stdout
        for seed in "123"
    }
    assert len(said) == 1


ENV = {"PYTHONPATH": str(Path(afmfast.__file__).parents[1])}

# --- in a study ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    from afmfast.synthetic import archive

    return archive(tmp_path_factory.mktemp("own"), n_rows=24, shape=(32, 32), seed=1)


def settings_of(scans):
    from afmfast.study.settings import Settings

    return Settings(
        manifest=scans, name="own", channels=("adhesion",), parameters=("Sq", "Shigh"), repeats=2, permutations=19,
        splits_per_permutation=1, classifier="lda", rank="gini_single",
    )  # fmt: skip


def test_study__measures_and_defines_it(scans, tmp_path, register):
    register("Shigh", share_above, **NAMED)
    result = afmfast.run_study(settings_of(scans), out=tmp_path, scheduler="serial")
    assert "adhesion:Shigh" in next(iter(result.combinations.values())).columns
    assert "Share of the pixels above the mean." in (tmp_path / "report.html").read_text("utf-8")
    afmfast.forget_parameter("Shigh")
    ran = subprocess.run([sys.executable, "-m", "afmfast", "report", tmp_path], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    ran = subprocess.run([sys.executable, "-m", "afmfast", "classify", tmp_path], capture_output=True, text=True)
    assert (ran.returncode, "afmfast.register_parameter" in ran.stderr) == (1, True), ran.stderr


def test_study__is_measured_again_only_when_the_function_changes(scans, tmp_path, register):
    from afmfast.study.folder import StudyFolder
    from afmfast.study.pipeline import ingest_stage, measure_stage

    folder = StudyFolder(tmp_path)
    keys = []
    for function in (share_above, share_above, lambda z, dx, dy: float((z > 1e-10).mean())):
        register("Shigh", function, **NAMED)
        settings = settings_of(scans)
        ingest_stage(folder, settings, progress=None)
        keys.append(measure_stage(folder, settings, scheduler="serial").attrs["key"])
        afmfast.forget_parameter("Shigh")
    assert keys[0] == keys[1] != keys[2]


# --- what the pages say ----------------------------------------------------------------------------


def block_after(file, marker):
    text = (Path(__file__).parents[1] / file).read_text("utf-8")
    return re.search(rf"<!-- {marker} -->\n```python\n(.*?)```", text, re.DOTALL).group(1)


def test_readme__its_example_runs(register):
    names = {"afmfast": afmfast, "heights": relief(), "dx": D, "dy": D}
    exec(block_after("README.md", "own"), names)
    assert 0 < names["values"]["Shigh"] < 1
