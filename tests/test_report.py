"""The page says what the numbers say, no more, and keeps to itself."""

import copy
import html
import json
import math
import re
import struct
import zlib

import make_results
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from afmfast.errors import StoreError
from afmfast.report import distrust, methods, tables, uncertainty, wording
from afmfast.report import thumbnails as thumbs
from afmfast.report.answer import answer, best, headline, verdict, warnings
from afmfast.report.figures import auc, canvas, roc
from afmfast.report.figures.correlation import correlation
from afmfast.report.gallery import write_gallery
from afmfast.report.glance import at_a_glance
from afmfast.report.png import indexed
from afmfast.report.write import write

MADE = {kind: make() for kind, make in make_results.KINDS.items()}
# Two of its six combinations: each one more takes a second to draw.
for name in ("adhesion", "modulus", "deformation", "height"):
    del MADE["seven_classes"]["combinations"][name]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Text of the page of every kind of study, made once."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for kind, results in MADE.items():
        pictures = make_results.thumbnails(results, size=48)
        made[kind] = write(results, folder / kind, thumbnails=pictures).read_text("utf-8")
    return made


def _text(page: str) -> str:
    """What a reader sees: no style, no drawing, no tags."""
    bare = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def _changed(kind: str, **result):
    made = copy.deepcopy(MADE[kind])
    made["combinations"][headline(made)].update(result)
    return made


# The answer ------------------------------------------------------------------------------------------------------


def test_headline__is_the_combination_of_most_channels_not_the_best():
    assert headline(MADE["two_classes"]) == "height+adhesion"
    assert MADE["two_classes"]["combinations"]["adhesion"]["auc"]["mean"] > 0.88


def test_best__says_that_its_p_is_uncorrected():
    assert "adhesion has the highest mean AUC" in best(MADE["two_classes"])
    assert "uncorrected for its having been picked as the best" in best(MADE["two_classes"])


def test_best__is_silent_about_a_single_combination():
    assert best(MADE["one_channel"]) == ""


@pytest.mark.parametrize(
    ("kind", "told", "words"),
    [
        ("two_classes", True, "p = 0.005 by permuting the labels, the smallest that can come out"),
        ("null", False, "p = 0.39 by permuting the labels"),
        ("seven_classes", True, "p = 0.005"),
        ("one_channel", True, "p = 0.0005"),
        ("below_chance", False, "did at least as well; usual with few groups, no evidence"),
    ],
)
def test_verdict__follows_the_permutation_p(kind, told, words):
    found = verdict(MADE[kind]["combinations"][headline(MADE[kind])])
    assert found.told is told
    assert words in found.reason


def test_verdict__names_a_statistic_other_than_auc():
    made = _changed("two_classes")
    result = made["combinations"]["height+adhesion"]
    result["significance"]["permutation"]["statistic"] = "balanced_accuracy"
    assert "p = 0.005 by permuting the labels (balanced accuracy)" in verdict(result).reason
    assert "(mean balanced accuracy of the first 10 splits)" in at_a_glance(made, [])[1].answer


def test_answer__quotes_the_statistic_that_was_tested():
    made = _changed("two_classes")
    made["combinations"]["height+adhesion"]["significance"]["permutation"]["statistic"] = "sensitivity"
    assert f"sensitivity {wording.mean_sd(made['combinations']['height+adhesion']['sensitivity'])}, p =" in answer(made)


def test_sure__of_one_pass_names_a_statistic_other_than_auc():
    made = _changed("two_classes")
    result = made["combinations"]["height+adhesion"]
    result["scheme"]["pooled"] = True
    result["significance"]["permutation"]["statistic"] = "accuracy"
    assert "did as well as the true one (accuracy): p" in at_a_glance(made, [])[1].answer


def test_drives__of_components_says_what_the_classifier_saw():
    made = _changed("two_classes")
    made["combinations"]["height+adhesion"]["titles"]["components"] = "the first 3 principal components"
    said = at_a_glance(made, [])[2].answer
    assert said.startswith("The classifier saw the first 3 principal components; of single parameters these tell most:")
    assert "kept in" not in said


@pytest.mark.parametrize(
    ("reduce", "noun"),
    [
        ("rank", "parameters are kept"),
        ("pca", "principal components are kept"),
        (["rank", "pca"], "parameters or principal components are kept"),
    ],
)
def test_rule_of_ten__names_what_is_kept(reduce, noun):
    made = _changed("two_classes")
    made["settings"]["reduce"] = reduce
    made["data"]["rule_of_ten"]["keep"] = 50
    (said,) = [caution.text for caution in warnings(made)
               if "rule of ten" in caution.text]  # fmt: skip
    assert said.startswith(f"50 {noun}")


@pytest.mark.parametrize(
    ("choices", "line", "said"),
    [
        ([], "", "for the combination with most channels"),
        ([], "lda", "for the first line of the combination with most channels"),
        ([{"line": "lda", "share": 1.0}], "nested choice", "for the nested choice of the combination with most"),
    ],
)
def test_many_lines__says_which_gives_the_answer(choices, line, said):
    made = _changed("two_classes")
    made["combinations"]["height+adhesion"].update(choices=choices, line=line)
    assert any(said in caution.text for caution in warnings(made))


def test_verdict__says_when_no_small_p_can_come_out():
    made = _changed("null")
    permutation = made["combinations"]["height"]["significance"]["permutation"]
    permutation.update(p=0.1, smallest=0.1, n=10, exact=True)
    found = verdict(made["combinations"]["height"])
    assert not found.told
    assert "no smaller p than 0.10 can come out" in found.reason


def test_verdict__of_an_undefined_p_tells_nothing():
    made = _changed("null")
    made["combinations"]["height"]["significance"]["permutation"]["p"] = None
    assert verdict(made["combinations"]["height"]) == type(verdict(made["combinations"]["height"]))(
        "nothing can be told", "the permutation p-value is undefined", wording.DASH
    )


def test_verdict__below_chance_is_never_significant_whatever_the_p():
    made = _changed("below_chance")
    made["combinations"]["height"]["significance"]["permutation"].update(p=0.001, smallest=0.001)
    found = verdict(made["combinations"]["height"])
    assert not found.told
    assert found.stars == "ns"


@given(p=st.floats(0.0502, 1))
@settings(max_examples=25, deadline=None)
def test_answer__never_claims_a_difference_above_five_per_cent(p):
    made = MADE["one_channel"]
    result = made["combinations"]["height"]
    permutation = result["significance"]["permutation"] | {"p": p}
    changed = made | {
        "combinations": {"height": result | {"significance": result["significance"] | {"permutation": permutation}}}
    }
    assert "nothing can be told" in answer(changed)
    assert wording.stars(p) == "ns"


@pytest.mark.parametrize("kind", MADE)
def test_answer__is_one_sentence_with_score_uncertainty_p_and_both_counts(kind):
    made, said = MADE[kind], answer(MADE[kind])
    result = made["combinations"][headline(made)]
    assert said.endswith(".")
    assert f"{result['auc']['mean']:.3f} ± {result['auc']['sd']:.3f}" in said
    assert f"{result['n_rows']} images in {result['n_groups']} groups" in said


def test_answer__of_confounded_classes_carries_the_reservation():
    said = answer(MADE["seven_classes"])
    assert "may be the batch (day, tip, instrument) or the scan settings and not the sample" in said
    assert "too good if several images come from one specimen (each counts as its own group)" in said


def test_answer__has_no_reservation_where_settings_alone_reach_little():
    made = copy.deepcopy(MADE["one_channel"])
    made["data"]["settings_by_class"][0]["differs"] = True
    made["combinations"]["height"]["settings_alone"] = {
        "settings": ["scan size"],
        "auc": make_results.spread([0.51, 0.53]),
        "balanced_accuracy": make_results.spread([0.5, 0.52]),
    }
    assert "but" not in answer(made)
    assert any("they differ in scan size" in c.text for c in warnings(made))


def test_answer__calls_tiles_tiles():
    made = copy.deepcopy(MADE["one_channel"])
    made["settings"]["tiles"] = {"rows": 2, "cols": 2, "combine": "none"}
    assert "400 tiles in 80 groups" in answer(made)


# What to distrust ------------------------------------------------------------------------------------------------


def test_warnings__put_what_can_overturn_the_answer_first():
    found = warnings(MADE["seven_classes"])
    serious = [bool(c.reservation) for c in found]
    assert serious == sorted(serious, reverse=True)
    assert found[0].code == "batch-confounded"


def test_warnings__of_the_run_win_over_derived_ones():
    made = copy.deepcopy(MADE["seven_classes"])
    made["data"]["warnings"].append({"code": "settings-differ", "text": "said by the run"})
    assert [c.text for c in warnings(made) if c.code == "settings-differ"] == ["said by the run"]


def test_warnings__of_unknown_code_are_shown_at_the_end():
    made = copy.deepcopy(MADE["one_channel"])
    made["data"]["warnings"] = [{"code": "something-new", "text": "look at this"}]
    assert warnings(made)[-1].text == "look at this"
    assert warnings(made)[-1].section == distrust.OTHER


@pytest.mark.parametrize("code", ["batch-unknown", "groups-few", "settings-unread"])
def test_warnings__of_a_like_code_put_no_reservation_on_the_answer(code):
    made = copy.deepcopy(MADE["one_channel"])
    made["data"]["warnings"] = [{"code": code, "text": "look"}]
    assert "but" not in answer(made)


def test_warnings__name_splits_by_tile_as_wrong():
    made = copy.deepcopy(MADE["one_channel"])
    made["settings"]["groups"] = "tile"
    assert "wrong setting" in warnings(made)[0].text
    assert "too good because tiles of one scan stand on both sides" in answer(made)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("two_classes", "3 channel combinations were tried. Their p-values are uncorrected"),
        ("two_classes", "10 parameters are kept, and the rule of ten allows"),
        ("below_chance", "the smallest p-value that can come out is 0.10"),
        ("below_chance", "Few independent groups: wild type (12 images in 3 groups)"),
        ("seven_classes", "Not calibrated, so the numbers hold for one instrument and day only: modulus"),
        ("seven_classes", "not on the sample alone: phase"),
        ("seven_classes", "Set aside and not part of any score: reference (4 images in 1 group)"),
    ],
)
def test_page__warns(pages, kind, words):
    assert words in _text(pages[kind])


def test_page__without_anything_to_distrust_says_so(tmp_path):
    made = make_results.small()
    made["data"]["rule_of_ten"]["keep"] = 0
    for one in made["data"]["classes"]:
        one["n_groups"] = 40
    assert warnings(made) == []
    text = _text(write(made, tmp_path).read_text("utf-8"))
    assert "Nothing was flagged. What neither files nor manifest state" in text


# The page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MADE)
def test_page__answers_first_then_distrusts_then_shows(pages, kind):
    page = pages[kind]
    sections = ("distrust", "images", "combinations", "evidence", "data", "methods")
    places = [page.index(mark) for mark in ('class="answer', 'class="glance"', *(f'id="{s}"' for s in sections))]
    assert places == sorted(places)
    assert answer(MADE[kind]) in _text(page)


@pytest.mark.parametrize("question", ["Is it real?", "How sure?", "What drives it?", "What to distrust?", "How many?"])
def test_page__answers_the_five_questions(pages, question):
    assert all(question in page for page in pages.values())


@pytest.mark.parametrize("kind", MADE)
def test_page__numbers_are_those_of_the_results(pages, kind):
    text = _text(pages[kind])
    for result in MADE[kind]["combinations"].values():
        for spread in (result["auc"], result["accuracy"], result["balanced_accuracy"], result["randomized"]["auc"]):
            assert f"{spread['mean']:.3f} ± {spread['sd']:.3f}" in text
        assert f"{result['auc']['min']:.3f}–{result['auc']['max']:.3f}" in text
        assert wording.p_value(result["significance"]["permutation"]["p"]) in text
        for shares in result["confusion"]["share"]:
            assert all(f"{share:.2f}" in text for share in shares)


def test_page__tells_what_each_p_is_worth(pages):
    text = _text(pages["two_classes"])
    assert "0 of 199 permuted labellings" in text
    assert "Not shown as evidence: 20 groups, fewer than 30" in text
    assert "over-stated, for comparison with the literature only" in text


def test_page__says_method_number_and_smallest_of_each_corrected_p(pages):
    text = _text(pages["two_classes"])
    assert "one-sided, 199 permuted labellings; smallest 0.005. Uncorrected; the next three allow for picking" in text
    assert "min-p: the same 199 permuted labellings in every line, each counted by its p there" in text
    assert "Holm: from the 3 p-values alone; smallest 0.015" in text
    for result in MADE["two_classes"]["combinations"].values():
        for kind in ("min_p", "holm", "benjamini_hochberg"):
            assert wording.p_value(result["significance"]["corrected"][kind]) in text


def test_page__of_one_combination_has_nothing_to_correct(pages):
    text = _text(pages["null"])
    assert "p: permutation of the labels, one-sided, 199 permuted labellings; smallest 0.005." in text
    assert "min-p: the same" not in text
    assert uncertainty.corrected_p(MADE["null"]["combinations"]["height"]) == ""


def test_picked_line__is_judged_and_starred_by_min_p_and_the_lead_by_its_own_p():
    made = _changed("two_classes")
    for name in ("height", "height+adhesion"):
        made["combinations"][name]["significance"]["corrected"]["min_p"] = 0.07
    found = {name: verdict(result) for name, result in made["combinations"].items()}
    assert found["height"].kind == "nothing can be told"
    assert found["height"].reason == "p = 0.070 by min-p over 3 lines"
    assert found["adhesion"].reason.startswith("p = 0.007 by min-p over 3 lines")
    assert found["height+adhesion"].reason.startswith("p = 0.005 by permuting the labels")
    assert [line["stars"] for line in tables.combinations(made)] == ["", "**", "**"]
    figure = Figure()
    auc.paint(figure, made["combinations"]["height"])
    assert {"ns", "p = 0.070 (min-p)"} <= set(_written(figure))
    said = methods.paragraph(made)
    assert "The p of height + adhesion is uncorrected, because it was fixed beforehand" in said
    assert "the others of the 3 lines are judged by p-values corrected by step-down min-p" in said


@pytest.mark.parametrize("kind", MADE)
def test_page__shows_every_interval_beside_its_score(pages, kind):
    text = _text(pages[kind])
    for result in MADE[kind]["combinations"].values():
        for one in result["intervals"]["scores"].values():
            assert f"{one['value']:.3f}" in text
            assert f"{one['low']:.3f}–{one['high']:.3f}" in text


def test_page__marks_an_approximate_interval_with_its_reason(pages):
    text = _text(pages["below_chance"])
    assert "≈ 0." in text
    assert "3 groups are fewer than the 10 it was tried with" in text
    assert "≈ 0." not in _text(pages["one_channel"])


def test_page__compares_with_the_lead_from_the_same_resamples(pages):
    apart = MADE["two_classes"]["combinations"]["height"]["difference"]["scores"]["auc"]
    assert apart["high"] < 0
    assert f"−{-apart['value']:.3f} −{-apart['low']:.3f} … −{-apart['high']:.3f}" in _text(pages["two_classes"])


def test_page__counts_patients_where_groups_have_several_rows(pages):
    text = _text(pages["two_classes"])
    right = MADE["two_classes"]["combinations"]["height+adhesion"]["patients"]["rules"]["mean"]["by_class"]["treated"]
    assert "treated (sensitivity)" in text
    assert f"{right['right']}/{right['n']} {right['low']:.2f}–{right['high']:.2f}" in text
    assert "taken for control; 3 rows" in text
    assert "Groups as wholes" not in _text(pages["seven_classes"])


def test_page__says_what_goes_with_the_class(pages):
    text = _text(pages["seven_classes"])
    assert "batch 7 140 1.00 0.98 1.000 cannot be told apart: no level holds two classes" in text
    assert "cannot be told apart for all classes; only as deposited with 200 °C; 250 °C with 300 °C" in text
    assert "instrument 2 140 0.40 0.38 0.700 some levels hold several classes" in text
    assert "What goes with the class" not in _text(pages["null"])


def test_page__shows_the_corrected_t_only_as_evidence():
    few, many = (tables.p_values(MADE[k]["combinations"]["height"])[1] for k in ("below_chance", "one_channel"))
    assert few["p"] == wording.DASH
    assert many["p"] == "0.0004"


def test_page__of_no_difference_does_not_name_a_driver(pages):
    assert "Not a question to ask yet" in _text(pages["null"])
    assert "this order may be noise" in _text(pages["null"])


def test_page__lists_what_was_left_out_by_name(pages):
    text = _text(pages["two_classes"])
    assert "control/scan_017.spm : cut off: 262144 bytes promised" in text
    assert "lacks the channel adhesion" in text


@pytest.mark.parametrize("kind", MADE)
def test_page__fetches_nothing_and_runs_nothing(pages, kind):
    page = pages[kind]
    assert not re.search(r"<(script|link|iframe|object|embed|base)\b", page)
    assert not re.search(r"\son\w+=", page)
    assert set(re.findall(r'(?:src|href)="([^"#].{0,4})', page)) == {"data:"}
    assert not re.search(r"url\((?!#)|@import", page)


@pytest.mark.parametrize("kind", MADE)
def test_page__has_no_id_twice_and_no_reference_into_nothing(pages, kind):
    ids = re.findall(r'\bid="([^"]+)"', pages[kind])
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', pages[kind]))
    assert len(ids) == len(set(ids))
    assert {a or b for a, b in used} <= set(ids)


@pytest.mark.parametrize("kind", MADE)
def test_page__stays_below_three_megabytes(pages, kind):
    assert len(pages[kind].encode()) < 3_000_000


def test_page__is_the_same_for_the_same_input(pages, tmp_path):
    results = MADE["below_chance"]
    again = write(results, tmp_path, thumbnails=make_results.thumbnails(results, size=48))
    assert again.read_text("utf-8") == pages["below_chance"]


def test_page__escapes_everything_from_the_data(tmp_path):
    evil = "<script>alert(1)</script>&\"'$x_{"
    results = json.loads(json.dumps(make_results.small()).replace("treated", json.dumps(evil)[1:-1]))
    results["name"] = evil
    results["settings"][evil] = evil
    results["data"]["warnings"] = [{"code": "batch", "text": evil}]
    results["data"]["left_out"] = [{"what": "file", "name": evil, "label": evil, "reason": evil}]
    results["combinations"]["height"]["parameters"][0].update(definition=evil, unit=evil, twin=evil, dropped=0.5)
    picture = thumbs.Thumbnail(evil, evil, evil, np.eye(8), 1e-6, evil)
    page = write(results, tmp_path, thumbnails=[picture]).read_text("utf-8")
    assert "<script" not in page
    assert html.escape("<script>alert(1)</script>&") in page
    assert evil in html.unescape(page)


def _holed(value, hole):
    if isinstance(value, dict):
        return {k: _holed(v, hole) for k, v in value.items()}
    if isinstance(value, list):
        return [_holed(v, hole) for v in value]
    return hole if isinstance(value, float) else value


@pytest.mark.parametrize("hole", [None, math.nan])
def test_page__of_nothing_but_undefined_numbers_shows_dashes(tmp_path, hole):
    results = make_results.small()
    held = results["combinations"]["height"]
    kept = {
        "smallest": held["significance"]["permutation"]["smallest"],
        "kept": [p["kept"] for p in held["parameters"]],
    }
    results["combinations"]["height"] = held = _holed(held, hole)
    held["significance"]["permutation"]["smallest"] = kept["smallest"]
    held["roc"]["fpr"] = [0.0, 0.25, 0.5, 0.75, 1.0]
    for entry, share in zip(held["parameters"], kept["kept"], strict=True):
        entry.update(kept=share, dropped=0.0)
    text = _text(write(results, tmp_path).read_text("utf-8"))
    assert not re.search(r"\b(nan|None|inf)\b", text)
    assert "p-value is undefined" in text


def test_page__of_a_bare_table_needs_no_settings_and_no_channels(tmp_path):
    results = make_results.small() | {"settings": {}}
    results["data"].update(channels=[], settings_by_class=[])
    text = _text(write(results, tmp_path).read_text("utf-8"))
    assert "12 images in 6 groups were analysed" in text
    assert "Scan settings by class" not in text


def test_page__without_values_still_draws_the_boxes(tmp_path):
    results = make_results.small()
    held = results["combinations"]["height"]
    for spread in (held["auc"], held["randomized"]["auc"]):
        del spread["values"]
    del held["randomized"]["by_labelling"]
    page = write(results, tmp_path).read_text("utf-8")
    assert "values not kept" in page
    assert "c0-labellings" not in page


def test_write__refuses_what_is_not_results_and_leaves_nothing(tmp_path):
    with pytest.raises(StoreError, match="'combinations' is a required property"):
        write({k: v for k, v in make_results.small().items() if k != "combinations"}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_write__leaves_one_file_and_replaces_the_old(tmp_path):
    (tmp_path / "report.html").write_text("old")
    path = write(make_results.small(), tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text("utf-8").startswith("<!doctype html>")


# Figures ---------------------------------------------------------------------------------------------------------


@given(
    low=st.floats(0, 0.5),
    high=st.floats(0.6, 1),
    share=st.floats(0.2, 0.8),
    sd=st.floats(0.001, 0.2),
    upright=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_box__is_mean_and_sd_with_whiskers_over_the_whole_range(low, high, share, sd, upright):
    mean = low + share * (high - low)
    axes = Figure().subplots()
    auc.box(axes, 3, {"mean": mean, "sd": sd, "min": low, "max": high}, "blue", upright=upright)
    (patch,) = (p for p in axes.patches if isinstance(p, Rectangle))
    start, length = (patch.get_y(), patch.get_height()) if upright else (patch.get_x(), patch.get_width())
    along = {
        part: [
            (line.get_ydata() if upright else line.get_xdata()) for line in axes.lines if line.get_label() == f"_{part}"
        ]
        for part in ("mean", "whisker", "cap")
    }
    assert start == pytest.approx(mean - sd)
    assert start + length == pytest.approx(mean + sd)
    assert [list(v) for v in along["mean"]] == [[mean, mean]]
    assert [v[0] for v in along["cap"]] == [low, high]
    assert np.ravel(along["whisker"]) == pytest.approx([mean - sd, low, mean + sd, high])


def test_box__of_an_undefined_mean_is_not_drawn():
    axes = Figure().subplots()
    auc.box(axes, 0, {"mean": None, "sd": None, "min": None, "max": None}, "blue")
    assert not axes.lines
    assert not axes.patches


def test_histograms__share_bins_axis_and_every_value():
    figure = Figure()
    result = MADE["below_chance"]["combinations"]["height"]
    auc.paint(figure, result)
    true, random = (
        next(a for a in figure.axes if a.get_title("left").startswith(k) or a.get_title().startswith(k)) for k in "ab"
    )
    edges = [[round(p.get_x(), 9) for p in axes.patches] for axes in (true, random)]
    assert edges[0] == edges[1]
    assert true.get_xlim() == random.get_xlim()
    assert [sum(p.get_height() for p in axes.patches) for axes in (true, random)] == pytest.approx([1, 1])


def _written(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_figure_5__has_stars_only_as_the_p_supports():
    for kind, mark in (("two_classes", "**"), ("null", "ns"), ("one_channel", "***")):
        figure = Figure()
        auc.paint(figure, MADE[kind]["combinations"]["height" if kind == "one_channel" else headline(MADE[kind])])
        assert mark in _written(figure)


def test_figure_5__below_chance_has_no_stars():
    made = _changed("below_chance")
    made["combinations"]["height"]["significance"]["permutation"]["p"] = 0.001
    figure = Figure()
    auc.paint(figure, made["combinations"]["height"])
    assert "ns" in _written(figure)
    assert "***" not in _written(figure)


def test_labellings__mark_the_true_one():
    result = MADE["two_classes"]["combinations"]["height"]
    figure = Figure()
    auc.paint_labellings(figure, result)
    (line,) = (held for held in figure.axes[0].lines if held.get_label() == "_observed")
    assert line.get_xdata()[0] == result["significance"]["permutation"]["value"]
    assert sum(p.get_height() for p in figure.axes[0].patches) == 199


def test_roc__draws_every_class_against_the_rest():
    result = MADE["seven_classes"]["combinations"]["phase"]
    figure = Figure()
    roc.paint(figure, result)
    drawn = [line for axes in figure.axes for line in axes.lines if line.get_label() == "_mean"]
    assert len(drawn) == 7
    assert list(drawn[0].get_ydata()) == result["roc"]["curves"]["as deposited"]["mean"]


def test_svg__keeps_text_of_any_alphabet_and_no_mathematics():
    svg = canvas.draw(lambda f: f.subplots().set_title("Канал 高さ a$b$c_{<&"), width=3, height=1, key="k", alt='"<x>"')
    assert "Канал 高さ a$b$c_{&lt;&amp;" in svg
    assert 'aria-label="&quot;&lt;x&gt;&quot;"' in svg


def test_correlation__of_many_columns_names_channels_only():
    n = 130
    held = {"correlation": {"columns": [f"c{i // 65}:S{i}" for i in range(n)], "matrix": np.eye(n).tolist()}}
    svg = correlation(held, "k")
    assert ">c1<" in svg
    assert ">S7<" not in svg


# Images ----------------------------------------------------------------------------------------------------------


def _pixels(png: bytes) -> np.ndarray:
    nx, ny = struct.unpack(">II", png[16:24])
    body = zlib.decompress(png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8])
    return np.frombuffer(body, np.uint8).reshape(ny, nx + 1)[:, 1:]


def test_png__holds_the_pixels_it_was_given():
    pixels = np.arange(35, dtype=np.uint8).reshape(5, 7)
    png = indexed(pixels, np.zeros((256, 3), np.uint8))
    assert (_pixels(png) == pixels).all()


@given(width=st.floats(1e-9, 1e-2))
@settings(max_examples=40, deadline=None)
def test_scale_bar__is_round_and_a_fifth_to_half_of_the_image(width):
    share, text = thumbs.scale_bar(width)
    number, unit = text.split()
    assert 0.2 <= share <= 0.5 + 1e-9
    assert float(number) in {1, 2, 5, 10, 20, 50, 100, 200, 500}
    assert float(number) * {"mm": 1e-3, "µm": 1e-6, "nm": 1e-9, "pm": 1e-12}[unit] == pytest.approx(share * width)


@pytest.mark.parametrize("width", [math.nan, 0.0, -1.0])
def test_scale_bar__of_unknown_width_is_left_out(width):
    assert thumbs.scale_bar(width) is None


def test_shrunk__takes_block_means_and_keeps_what_is_not_measured():
    z = np.arange(36.0).reshape(6, 6)
    z[:2, :2] = np.nan
    z[0, 2] = np.nan
    small = thumbs.shrunk(z, 3)
    assert small.shape == (3, 3)
    assert np.isnan(small[0, 0])
    assert small[0, 1] == np.nanmean(z[:2, 2:4])


@pytest.mark.parametrize("z", [np.full((5, 9), np.nan), np.full((5, 9), 3e-9), np.full((1, 1), 0.0)])
def test_tile__of_an_empty_or_flat_image_is_drawn(z):
    thumb = thumbs.Thumbnail("height", "a", "r", z, 1e-6, "m")
    shown = thumbs.for_show(thumb, at_most=64, flat=True)
    drawn = thumbs.tile(thumb, shown, *thumbs.limits([shown]))
    assert drawn["picture"].startswith("data:image/png")
    assert "nan" not in drawn["range"]


def test_tile__keeps_the_true_shape_of_the_scan():
    half = thumbs.Thumbnail("height", "a", "r", np.zeros((64, 64)), 2e-6, "m", height=1e-6)
    assert thumbs.tile(half, half.z, 0, 1)["tall"] == 50


def test_strips__share_one_colour_scale_and_follow_the_classes():
    made = [
        thumbs.Thumbnail("height", label, "r", np.full((4, 4), level), 1e-6, "m")
        for label, level in (("b", 2e-9), ("a", 0.0))
    ]
    (strip,) = thumbs.by_channel(made, ["a", "b"], {"height": "none"})
    assert [t["label"] for t in strip["tiles"]] == ["a", "b"]
    assert (strip["low"], strip["high"], strip["unit"]) == ("0", "2.00", "nm")


def test_strips__take_a_plane_off_levelled_channels_only():
    y, x = np.indices((32, 32))
    bump = np.where(np.hypot(x - 15.5, y - 15.5) < 5, 1e-9, 0.0)
    z = bump + 3e-6 + 4e-8 * x
    z[3, 3] = np.nan
    pictures = [thumbs.Thumbnail(c, "a", "r", z, 1e-6, "m") for c in ("height", "deformation")]
    levelled, raw = thumbs.by_channel(pictures, ["a"], {"height": "plane", "deformation": "none"})
    assert float(levelled["high"]) < 1.1
    assert (raw["low"], raw["high"]) == ("3000", "4240")


def test_gallery__shows_every_scan_under_its_label(tmp_path):
    made = make_results.thumbnails(MADE["two_classes"], size=24, per_class=3)
    page = write_gallery(made, tmp_path / "gallery.html", title="a <b>").read_text("utf-8")
    assert page.count("<figure>") == len(made) == 12
    assert "a &lt;b&gt;: 6 scans, 12 pictures" in page
    assert "2 µm" in page
    assert "<script" not in page


# Words and numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "text", "mark"),
    [(1e-9, "< 0.0001", "****"), (0.0005, "0.0005", "***"), (0.005, "0.005", "**"), (0.05, "0.050", "*"),
     (0.0503, "0.0503", "ns"), (0.0497, "0.0497", "*"), (0.5, "0.50", "ns"), (None, "–", "–"), (math.nan, "–", "–")],
)  # fmt: skip
def test_p_value__and_its_stars(p, text, mark):
    assert wording.p_value(p) == text
    assert wording.stars(p) == mark


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(2.43e-8, "m", "24.3 nm"), (-1.5e-9, "N", "−1.50 nN"), (4.2e6, "Pa", "4.20 MPa"), (3.1e12, "1/m2", "3.10 1/µm²"),
     (0.34, "", "0.340 "), (2e-30, "N2", "2.00×10⁻³⁰ N2"), (0.0, "m", "0 nm"), (None, "m", "– nm")],
)  # fmt: skip
def test_readable__is_what_people_write(value, unit, text):
    (number,), label = wording.readable([value], unit)
    assert f"{number} {label}" == text


def test_share__is_whole_only_when_it_is():
    assert [wording.share(v) for v in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "< 1 %", "50 %", "> 99 %", "100 %"]


def test_wrong_rows__skip_rows_never_tested():
    result = copy.deepcopy(MADE["two_classes"]["combinations"]["height"])
    result["rows"] = [
        {"row": "a", "label": "control", "tested": 0, "wrong": None, "probability": {}},
        {"row": "b", "label": "control", "tested": 9, "wrong": 0.5, "probability": {"control": 0.4, "treated": 0.6}},
    ]
    lines = tables.wrong_rows(result)["lines"]
    assert [(r["row"], r["taken"], r["other"]) for r in lines] == [("b", "treated", "0.60")]


def test_wrong_groups__names_specimens_that_fail_as_a_whole():
    result = copy.deepcopy(MADE["two_classes"]["combinations"]["height"])
    line = {"label": "control", "tested": 10, "probability": {}}
    result["rows"] = [
        {"row": "a", "group": "g1", "wrong": 0.9, **line},
        {"row": "b", "group": "g1", "wrong": 0.3, **line},
        {"row": "c", "group": "g2", "wrong": 1.0, **line},
    ]
    assert tables.wrong_groups(result) == "g1 (control, 2 rows, wrong in 60 % of tests)"
    assert tables.often_wrong(result) == {"a", "c"}


def test_drives__names_the_channel_that_adds_nothing():
    made = copy.deepcopy(MADE["two_classes"])
    assert "With height added to adhesion the mean AUC is no higher." in at_a_glance(made, [])[2].answer
    made["combinations"]["adhesion"]["auc"]["mean"] = made["combinations"]["height+adhesion"]["auc"]["mean"] - 0.01
    assert "no higher" not in at_a_glance(made, [])[2].answer


def test_drives__says_where_a_parameter_is_high_and_what_it_is_called():
    said = at_a_glance(MADE["two_classes"], [])[2].answer
    lead = MADE["two_classes"]["combinations"]["height+adhesion"]["parameters"][0]
    assert said.startswith(
        f"Most: {lead['symbol']} of {lead['channel']} ({lead['name']}; lower in control than in treated: "
    )


def test_how_many__tells_images_from_tiles():
    made = copy.deepcopy(MADE["one_channel"])
    made["settings"]["tiles"] = {"rows": 2, "cols": 2, "combine": "none"}
    n = made["data"]["n_rows"]
    made["data"]["n_scans"] = n // 4
    assert f", cut from {n // 4} images (" in at_a_glance(made, [])[4].answer
    assert f"They were cut from {n // 4} images." in methods.paragraph(made)


def test_often_wrong__takes_tiles_of_a_scan_together():
    tile = {"label": "control", "group": "g", "tested": 10, "probability": {}}
    rows = [{"row": "a#0,0", "wrong": 0.9, **tile}, {"row": "a#0,1", "wrong": 0.4, **tile}]
    assert tables.often_wrong({"rows": rows}) == {"a"}


def test_parameters__name_the_columns_they_stand_for():
    result = copy.deepcopy(MADE["one_channel"]["combinations"]["height"])
    first, second = result["parameters"][:2]
    second.update(twin=first["column"], dropped=0.9)
    assert tables.parameters(result)[0]["stands_for"].split(", ")[0] == second["symbol"]


def test_p_values__say_over_how_many_splits_the_mean_is():
    text = tables.p_values(MADE["two_classes"]["combinations"]["height"])[0]["text"]
    assert "Mean AUC of the true labels over the first 10 of the 500 splits 0.7" in text


def test_page__explains_how_auc_is_averaged_over_classes(pages):
    assert "Here: the mean over the 7 classes, each against all others" in _text(pages["seven_classes"])
    assert "Here: the mean over" not in _text(pages["two_classes"])


def test_methods__say_what_the_settings_say():
    text = methods.paragraph(MADE["two_classes"])
    for words in ("60 images in 20 groups", "height (after subtracting a plane)", "adhesion (as measured)", "500 times",
                  "30 % of the groups", "above 0.9 (pearson)", "10 most important", "random forest",
                  "199 labellings permuted", "seed 0"):  # fmt: skip
        assert words in text


def test_methods__say_what_was_planned_beside_what_was_done():
    made = copy.deepcopy(MADE["two_classes"])
    result = made["combinations"][headline(made)]
    assert "Planned" not in methods.paragraph(made)  # results of an earlier afmfast do not know
    S = result["randomized"]["splits_per_labelling"]
    result["planned"] = {"n_repeats": 500, "n_permutations": 199, "splits_per_permutation": S}
    assert f"Planned before the first fit and done: 500 splits, and 199 labellings with {S} splits." in (
        methods.paragraph(made)
    )
    result["planned"]["n_permutations"] = 39
    assert f"first fit: 500 splits, and 39 labellings with {S} splits; done in the end: 500 splits, and 199" in (
        methods.paragraph(made)
    )


def test_methods__say_how_pixels_lines_and_wavelengths_were_treated():
    made = copy.deepcopy(MADE["two_classes"])
    made["settings"] |= {"fill": "nearest", "lines": "matched", "s_filter_nm": 30.0, "l_filter_nm": 900.0}
    text = methods.paragraph(made)
    assert "missing pixels were filled with the nearest measured pixel" in text
    assert "its median difference from the line before was subtracted" in text
    assert "wavelengths below 30 nm and above 900 nm were removed by Gaussian filters (ISO 16610-61)" in text


def test_methods__say_when_the_splits_were_wrong():
    made = copy.deepcopy(MADE["one_channel"])
    made["settings"]["groups"] = "tile"
    assert "tiles of one scan on both sides (a wrong setting" in methods.paragraph(made)
