"""The same image twice is one sample, and with two labels none."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import afmfast
from afmfast.errors import DataError
from afmfast.study.copies import first_alike, without_copies
from afmfast.synthetic import archive


def samples(**changes) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(6, 4)), columns=list("abcd"))
    table.loc[2, "b"] = np.nan
    table.loc[4, list("abcd")] = table.loc[2, list("abcd")]
    known = {"name": [f"s{i}" for i in range(6)], "label": list("ABABAB"), "group_used": [f"g{i}" for i in range(6)]}
    return table.assign(**known | changes)


def test_first_alike__compares_to_the_last_bit_and_nan_with_nan():
    X = np.array([[1.0, np.nan, 0.0], [1.0, 2.0, 0.0], [1.0, np.nan, -0.0], [np.nextafter(1.0, 2.0), np.nan, 0.0]])
    np.testing.assert_array_equal(first_alike(X), [0, 1, 0, 3])


def test_first_alike__of_two_columns_says_nothing():
    np.testing.assert_array_equal(first_alike(np.ones((3, 2))), [0, 1, 2])


def test_copies__are_left_out_by_name_and_groups_that_share_one_are_a_warning():
    out: list = []
    left, warnings = without_copies(samples(), list("abcd"), out)
    assert left["name"].tolist() == ["s0", "s1", "s2", "s3", "s5"]
    assert [(one["name"], one["reason"][:24]) for one in out] == [("s4", "the same image as s2: al")]
    assert "s2 and s4 (groups g2, g4)" in warnings[0]["text"]


def test_copies__inside_a_group_are_left_out_without_a_warning():
    out: list = []
    _, warnings = without_copies(samples(group_used="one"), list("abcd"), out)
    assert (len(out), warnings) == (1, [])


def test_copies__with_two_labels_are_refused_by_name():
    with pytest.raises(DataError, match=r"s2 \(A\) and s4 \(B\) are the same image with two labels"):
        without_copies(samples(label=list("ABABBA")), list("abcd"), [])


def test_classify__says_that_rows_in_other_groups_are_alike():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 4)), np.arange(20) % 2
    X[18] = X[2]
    settings = {"classifier": "lda", "n_repeats": 2, "n_permutations": 19, "splits_per_permutation": 1}
    result = afmfast.classify(X, y, rank="gini_single", scheduler="serial", **settings)
    assert "1 rows have the very numbers of a row in another group (18 those of 2)" in str(result.warnings)
    assert "too good if scans of one specimen are spread over groups" in str(result) or result.p_permutation > 0.05


def test_study__of_a_scan_that_was_copied_leaves_the_copy_out(tmp_path):
    manifest = archive(tmp_path / "scans", n_rows=24, shape=(32, 32), seed=1)
    lines = pd.read_csv(manifest, dtype=str, keep_default_na=False)
    first = lines.iloc[0]
    copied = manifest.parent / "z_copy.gwy"
    shutil.copy(manifest.parent / first["path"], copied)
    pd.concat([lines, first.to_frame().T.assign(path="z_copy.gwy", group="another")]).to_csv(manifest, index=False)
    settings = afmfast.Settings(
        manifest=manifest, classifier="lda", rank="gini_single", repeats=2, permutations=19, splits_per_permutation=1
    )
    afmfast.run_study(settings, out=tmp_path / "out", scheduler="serial")
    data = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["data"]
    assert data["n_rows"] == 24
    assert [one["name"] for one in data["left_out"]] == ["z_copy.gwy"]
    assert "groups-share-an-image" in [one["code"] for one in data["warnings"]]
