"""An interval is a promise about new groups, and is tested as one."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from naive import significance as naive
from scipy import stats
from scipy.special import expit, ndtri
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from afmfast.errors import DataError
from afmfast.significance.bootstrap import MIN_GROUPS, differences, intervals
from afmfast.significance.predictions import SCORES, Predictions, scores


def predictions(
    seed: int, *, n_groups: int = 24, size: int = 3, auc: float = 0.8, noise: float = 0.0, n_classes: int = 2
) -> Predictions:
    """Rows of one group share half of their variance; the true AUC is `auc`, the true sensitivity known from it."""
    rng = np.random.default_rng(seed)
    y, groups = np.repeat(np.arange(n_groups) % n_classes, size), np.repeat(np.arange(n_groups), size)
    apart = np.sqrt(2) * ndtri(auc)
    shared = rng.normal(size=(n_groups, n_classes))[groups]
    score = apart * (y[:, None] == np.arange(n_classes)) + np.sqrt(0.5) * (shared + rng.normal(size=shared.shape))
    if n_classes == 2:
        one = expit(score[:, 1] - apart / 2 + noise * rng.normal(size=len(y)))
        return Predictions(y, np.stack([1 - one, one], axis=1), groups, 1)
    likely = np.exp(score)
    return Predictions(y, likely / likely.sum(axis=1, keepdims=True), groups, None)


def counted(p: Predictions, weights: np.ndarray) -> Predictions:
    """The same rows written out as often as they weigh."""
    return p.only(np.repeat(np.arange(len(p.y)), weights.astype(int)))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_scores__of_weights_are_those_of_rows_written_out(n_classes):
    p = predictions(1, n_classes=n_classes)
    p = replace(p, probability=np.round(p.probability, 1))  # ties
    W = np.random.default_rng(2).integers(0, 4, size=(5, len(p.y))).astype(float)
    under = scores(p, W)
    for r, weights in enumerate(W):
        alone = scores(counted(p, weights))
        assert [under[name][r] for name in SCORES] == pytest.approx([alone[name][0] for name in SCORES])


def test_scores__are_scikit_learn_s():
    p = predictions(3)
    found = {name: value[0] for name, value in scores(p).items()}
    assert found["auc"] == pytest.approx(roc_auc_score(p.y, p.probability[:, 1]))
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(p.y, p.called))
    assert found["sensitivity"] == pytest.approx((p.called == 1)[p.y == 1].mean())
    assert found["specificity"] == pytest.approx((p.called == 0)[p.y == 0].mean())
    swapped = scores(replace(p, positive=0))
    assert swapped["sensitivity"] == pytest.approx(found["specificity"])
    assert swapped["auc"] == pytest.approx(found["auc"])


def test_scores__of_three_classes_are_means_of_each_against_the_rest():
    p = predictions(4, n_classes=3)
    each = [naive.auc(p.probability[:, c].tolist(), (p.y == c).tolist()) for c in range(3)]
    assert scores(p)["auc"][0] == pytest.approx(np.mean(each))
    assert scores(p)["specificity"][0] == pytest.approx(np.mean([(p.called != c)[p.y != c].mean() for c in range(3)]))


def test_scores__tell_apart_what_single_precision_makes_equal():
    sure = np.array([[3e-12, 1.0], [2e-12, 1.0], [1e-12, 1.0], [0.9, 0.1]])
    assert scores(Predictions(np.array([0, 0, 1, 1]), sure, np.arange(4), 1))["auc"][0] == 0.5


def test_interval__is_logit_normal_with_t_of_the_smallest_class():
    p = predictions(5)
    found = intervals(p, seed=1)["auc"]
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(1500):
        groups = np.concatenate([rng.choice(np.arange(24)[c::2], 12) for c in (0, 1)])
        drawn.append(scores(p.only(np.concatenate([np.flatnonzero(p.groups == g) for g in groups])))["auc"][0])
    value = scores(p)["auc"][0]
    reach = stats.t.ppf(0.975, 11) * np.std(drawn) * np.sqrt(12 / 11) / (value * (1 - value))
    middle = np.log(value / (1 - value))
    assert found.value == pytest.approx(value)
    assert [found.low, found.high] == pytest.approx(expit([middle - reach, middle + reach]), abs=0.015)
    assert found.n_groups == 12


def test_interval__of_rows_in_groups_is_wider_than_of_rows_alone():
    p = predictions(6, n_groups=24, size=8)
    alone = intervals(replace(p, groups=np.arange(len(p.y))))["auc"]
    together = intervals(p)["auc"]
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_interval__is_the_same_for_the_same_seed_and_any_order_of_names():
    p = predictions(7)
    assert intervals(p, seed=3) == intervals(p, seed=3) != intervals(p, seed=4)
    renamed = replace(p, groups=np.array([f"g{i:03d}" for i in p.groups]))
    assert intervals(renamed, seed=3) == intervals(p, seed=3)


def test_interval__rests_on_the_groups_of_the_classes_concerned():
    p = predictions(8, auc=0.95)
    few = p.only((p.y == 0) | (p.groups < 8))
    found = intervals(few)
    assert {name: one.n_groups for name, one in found.items()} == {
        "auc": 4, "accuracy": 4, "balanced_accuracy": 4, "sensitivity": 4, "specificity": 12,
    }  # fmt: skip
    assert found["auc"].reason == f"4 groups are fewer than the {MIN_GROUPS} it was tried with"
    assert not found["specificity"].approximate


def test_interval__near_chance_is_called_approximate():
    found = intervals(predictions(9, auc=0.5))
    assert found["auc"].low < 0.5 < found["auc"].high
    assert all("near chance" in one.reason for one in found.values())
    assert not any(one.approximate for one in intervals(predictions(9, auc=0.9)).values())


def test_interval__where_no_difference_was_shown_or_below_chance_is_called_approximate():
    p = predictions(9, auc=0.9)
    unshown = intervals(p, is_shown=False)
    assert all("no permutation test showed a difference" in one.reason for one in unshown.values())
    assert unshown["auc"].low == intervals(p)["auc"].low > 0.5
    below = intervals(replace(p, probability=p.probability[:, ::-1]))
    assert below["auc"].high < 0.5
    assert all(one.approximate for one in below.values())
    better = replace(p, probability=p.probability**2)
    assert all(one.approximate for one in differences(p, better, is_shown=False).values())


def test_interval__of_a_perfect_score_has_the_exact_binomial_s_lower_end():
    p = predictions(10, auc=0.9999999)
    found = intervals(p)["sensitivity"]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(stats.binomtest(12, 12).proportion_ci(0.95).low)
    assert found.reason == "every resample gave the same score"
    wrong = replace(p, probability=p.probability[:, ::-1])
    assert intervals(wrong)["auc"].high == pytest.approx(1 - found.low)


def test_interval__leaves_out_rows_that_were_never_tested():
    p = predictions(11)
    holes = p.probability.copy()
    holes[p.groups == 3] = np.nan
    assert intervals(replace(p, probability=holes)) == intervals(p.only(p.groups != 3))


def test_interval__of_nothing_is_undefined():
    p = predictions(12)
    nothing = intervals(replace(p, probability=np.full_like(p.probability, np.nan)))
    assert all(np.isnan([one.value, one.low, one.high]).all() for one in nothing.values())
    one_each = intervals(p.only(p.groups < 2))["auc"]
    assert one_each.approximate
    assert np.isnan(one_each.low) or one_each.value in (0.0, 1.0)


def test_difference__of_a_channel_and_a_noisier_copy_is_above_zero():
    better, worse = predictions(13, n_groups=60), predictions(13, n_groups=60, noise=3.0)
    found = differences(better, worse)
    assert found["auc"].value == pytest.approx(scores(better)["auc"][0] - scores(worse)["auc"][0])
    assert found["auc"].low > 0
    assert differences(worse, better)["auc"].high == pytest.approx(-found["auc"].low)


def test_difference__is_paired():
    one = predictions(14, n_groups=40, size=5)
    other = replace(one, probability=one.probability + np.random.default_rng(0).normal(scale=0.02, size=(200, 2)))
    both, apart = differences(one, other)["auc"], intervals(one)["auc"]
    assert both.high - both.low < 0.2 * (apart.high - apart.low)


def test_difference__of_the_same_predictions_is_nothing():
    found = differences(predictions(15), predictions(15))["auc"]
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    assert found.reason == "every resample gave the same score"


def test_difference__of_other_rows_is_refused():
    with pytest.raises(DataError, match="of different rows were to be compared; give two of the same rows"):
        differences(predictions(16), predictions(16, n_groups=22))


def test_interval__does_not_depend_on_how_many_resamples_are_held_at_once(monkeypatch):
    p = predictions(17)
    whole = intervals(p)["auc"]
    monkeypatch.setattr("afmfast.significance.bootstrap._AT_ONCE", 100 * len(p.y))
    parts = intervals(p)["auc"]
    assert [parts.low, parts.high] == pytest.approx([whole.low, whole.high], abs=0.02)


@pytest.mark.parametrize(("n_groups", "auc"), [(20, 0.75), (60, 0.75), (20, 0.9)])
def test_interval__holds_the_true_value_as_often_as_it_says(n_groups, auc):
    # The long version, with training, is benchmarks/validity/coverage_of_intervals.py.
    N = 300
    made = [intervals(predictions(s, n_groups=n_groups, size=5, auc=auc), n_resamples=200, seed=s) for s in range(N)]
    sensitivity = stats.norm.cdf(ndtri(auc) / np.sqrt(2))
    for name, true in (("auc", auc), ("sensitivity", sensitivity), ("balanced_accuracy", sensitivity)):
        held = sum(one[name].low <= true <= one[name].high for one in made)
        assert stats.binom.ppf(0.001, N, 0.92) <= held, name
        assert held < N, name


def test_difference__holds_the_true_value_as_often_as_it_says():
    N, held = 200, 0
    for s in range(N):
        one, other = (predictions(s + k * N, n_groups=20, size=5, auc=0.8) for k in (0, 1))
        found = differences(one, replace(other, y=one.y), n_resamples=200, seed=s)["auc"]
        held += found.low <= 0 <= found.high
    assert stats.binom.ppf(0.001, N, 0.92) <= held < N


def test_coverage_benchmark__runs(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks" / "validity")
    coverage = import_module("coverage_of_intervals")
    assert coverage.line_fixed(20, 2, 0.75, 2)[:4] == ["fixed", "20", "2", "0.75"]
    for how in coverage.TRAINED:
        assert coverage.line_trained(20, 2, 0.9, how, 2)[0] == how
    assert coverage.line_difference(20, 2, 2)[0] == "difference"
