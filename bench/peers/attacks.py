"""Prints small arrays and what published implementations of the attacks and bounds make of them, as JSON.

LiRA and RMIA are those of PrivacyGuard (pip: privacyguard-platform), the bounds of epsilon those of JAX Privacy (pip:
jax-privacy), ROC and AUC scikit-learn's, the skew normal SciPy's. What no package gives is written here from the source
that the comment beside it names.
"""
import importlib.metadata
import importlib.util
import json
import sys
import types

import numpy as np
import pandas as pd
from privacy_guard.analysis.mia.aggregate_analysis_input import AggregationType
from privacy_guard.attacks.lira_attack import LiraAttack
from privacy_guard.attacks.rmia_attack import RmiaAttack
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm, skewnorm
from sklearn.metrics import roc_auc_score, roc_curve

MODELS, ROWS, POPULATION, NU = 16, 20, 40, 8
rng = np.random.default_rng(20240717)


def jax_auditing():
    """One file of JAX Privacy, without JAX; only its Gaussian form asks for dp_accounting."""
    sys.modules.setdefault("dp_accounting", types.ModuleType("dp_accounting"))
    files = importlib.metadata.files("jax-privacy")
    path = next(file for file in files if str(file).endswith("jax_privacy/auditing.py")).locate()
    spec = importlib.util.spec_from_file_location("jax_privacy_auditing", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def draw_bits():
    """Fair bits of a row, drawn again until either arm holds four models, and one of models 1 to 5 is out."""
    bits = rng.random(MODELS) < 0.5
    return bits if 4 <= bits.sum() <= MODELS - 4 and not bits[1:6].all() else draw_bits()


def draw_ensemble():
    inside = np.zeros((MODELS, ROWS + POPULATION), bool)
    inside[:, :ROWS] = np.array([draw_bits() for _ in range(ROWS)]).T
    middle = np.linspace(-1, 3, ROWS + POPULATION)
    spread = np.where(inside, 0.8, 1.2)
    phi = middle + inside * np.linspace(0, 3, ROWS + POPULATION) + spread * rng.normal(size=inside.shape)
    return np.float32(np.round(phi, 3)), inside


PHI, INSIDE = draw_ensemble()
VALUES = PHI.astype(np.float64)


def arm(row, truth, models):
    return np.array([VALUES[m, row] for m in models if INSIDE[m, row] == truth])


def deviations(models, rows, weight):
    """By row, out and in: standard deviation with the arm's median variance counted as `weight` models (2603.11799)."""
    own = {(row, truth): arm(row, truth, models).var(ddof=1) for row in rows for truth in (False, True)}
    typical = {truth: np.median([own[row, truth] for row in rows]) for truth in (False, True)}

    def shrunk(row, truth, without=None):
        values = arm(row, truth, [m for m in models if m != without])
        more = len(values) - 1
        if np.isinf(weight):
            return np.sqrt(typical[truth])
        return np.sqrt((weight * typical[truth] + more * values.var(ddof=1)) / (weight + more))

    return shrunk


def lira(targets, shadows_of, rows, weight):
    """PrivacyGuard's online LiRA, one target model after another."""
    members, others = [], []
    shrunk = deviations(shadows_of(None), rows, weight)
    for target in targets:
        shadows = shadows_of(target)
        lines = [
            {
                "user_id": row,
                "score_orig": VALUES[target, row],
                "score_mean_in": arm(row, True, shadows).mean(),
                "score_mean_out": arm(row, False, shadows).mean(),
                "score_std_in": shrunk(row, True, target),
                "score_std_out": shrunk(row, False, target),
                "member": INSIDE[target, row],
            }
            for row in rows
        ]
        frame = pd.DataFrame(lines)
        # An empty half would be refused: both halves are asked about all, and each is read for its own rows.
        attack = LiraAttack(frame.copy(), frame.copy(), AggregationType.NONE, online_attack=True)
        attack.run_attack()
        scored = attack.df_train_merge
        members += list(scored.score[scored.member])
        others += list(scored.score[~scored.member])
    return {"members": sorted(members), "others": sorted(others)}


def offline_lira(target, rows, most):
    """SACRO-ML's offline LiRA (sacroml/attacks/likelihood_attack.py of 2.0.1): P(Z <= score) by the out models."""
    shadows = [m for m in range(MODELS) if m != target]
    outs = {row: arm(row, False, shadows)[:most] for row in rows}
    typical = np.median([out.var(ddof=1) for out in outs.values()])
    scores = []
    for row in rows:
        out = outs[row]
        variance = (NU * typical + (len(out) - 1) * out.var(ddof=1)) / (NU + len(out) - 1)
        scores.append(norm.cdf(VALUES[target, row], loc=out.mean(), scale=np.sqrt(variance)))
    return scores


def rmia(target, rows, population, online):
    """PrivacyGuard's RMIA. Offline it is asked about rows that are out of every model: it averages over all it reads."""
    shadows = [m for m in range(MODELS) if m != target]

    def frame(of):
        table = pd.DataFrame({"user_id": of, "score_orig": expit(VALUES[target, of])})
        for at, shadow in enumerate(shadows):
            table[f"score_ref_{at}"] = expit(VALUES[shadow, of])
            table[f"member_ref_{at}"] = INSIDE[shadow, of]
        return table

    attack = RmiaAttack(
        frame(rows), frame(rows), frame(population), AggregationType.NONE, len(shadows), 0.3, online=online
    )
    attack.num_reference_models = len(shadows)
    attack.run_attack()
    return list(attack.df_train_merge.score)


def rmia_of_few(target, rows, population, shadows, a):
    """Offline by the out models of each row alone: run_rmia of privacytrustlab/ml_privacy_meter, modules/mia/attacks/rmia.py
    at 0b8cb7aa0fa136566f244b8e701d435d484c58f8, the mean taken over the models that are out."""

    def ratio(row):
        out = expit(arm(row, False, shadows)).mean()
        return expit(VALUES[target, row]) / ((1 + a) / 2 * out + (1 - a) / 2)

    others = np.array([ratio(row) for row in population])
    return [float(np.average(ratio(row) / others >= 1)) for row in rows]


def roc(members, others):
    truth = np.r_[np.ones(len(members)), np.zeros(len(others))]
    scores = np.r_[members, others]
    fpr, tpr, _ = roc_curve(truth, scores, drop_intermediate=False)
    rates = [0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1]
    return {
        "members": list(members),
        "others": list(others),
        "area": roc_auc_score(truth, scores),
        "at": [{"rate": rate, "tpr": tpr[fpr <= rate + 1e-12].max()} for rate in rates],
    }


def rocs():
    plain = roc(np.round(rng.normal(1, 1.5, 120), 4), np.round(rng.normal(0, 1, 200), 4))
    tied = roc(np.round(rng.normal(1, 1, 90) * 2) / 2, np.round(rng.normal(0, 1, 150) * 2) / 2)
    return [plain, tied, roc(np.full(12, 2.5), np.full(30, 2.5)), roc([1.0, 3.0], [2.0])]


def epsilons(auditing):
    cases = [(500, 500, 0, 500), (60, 100, 3, 120), (100, 1000, 1, 1000), (990, 1000, 400, 1000), (0, 50, 10, 50), (7, 7, 0, 5)]
    found = []
    for tp, members, fp, others in cases:
        for delta in (0, 1e-5, 0.05):
            for confidence in (0.9, 0.95, 0.99):
                auditor = auditing.CanaryScoreAuditor(
                    np.r_[np.ones(tp), np.zeros(members - tp)], np.r_[np.ones(fp), np.zeros(others - fp)]
                )
                epsilon = auditor.epsilon_clopper_pearson(
                    1 - confidence, delta, one_sided=False, threshold_strategy=auditing.Explicit(0.5)
                )
                counts = {"truePositives": tp, "members": members, "falsePositives": fp, "others": others}
                found.append({"counts": counts, "delta": delta, "confidence": confidence, "epsilon": float(epsilon)})
    return found


def one_runs(auditing):
    found = []
    for canaries, guesses, correct in [(100, 100, 75), (1000, 100, 75), (400, 37, 37), (3200, 900, 871), (50, 20, 10), (9, 0, 0)]:
        for delta in (0, 1e-5, 1e-3):
            counts = {"canaries": canaries, "guesses": guesses, "correct": correct}
            ps = [auditing._one_run_p_value(canaries, guesses, correct, epsilon, delta) for epsilon in (0, 1, 3)]
            bound = auditing._epsilon_one_run(0, canaries, guesses, correct, 0.05, delta) if guesses else None
            found.append({"counts": counts, "delta": delta, "p": [float(p) for p in ps], "epsilon": bound})
    return found


def log_cdf(x, shape, location=0.0, scale=1.0):
    """skewnorm.logcdf loses digits in the lower tail: there SciPy's density is integrated."""
    t = (x - location) / scale
    if skewnorm.cdf(t, shape) > 0.1:
        return float(skewnorm.logcdf(t, shape))
    width = 60 / (1 + abs(t) * (1 + max(shape, 0) ** 2))
    below = [t - width, t - 10 * width, t - 40]
    pieces = zip([t, *below], [edge for edge in below if edge < t])
    total = sum(quad(skewnorm.pdf, low, high, (shape,), epsabs=0, epsrel=1e-12)[0] for high, low in pieces)
    return float(np.log(total))


def skew_normals():
    points = [(0, -5), (0, 0.5), (3, -2), (3, 0.7), (-4, -6), (-4, 1), (25, -0.2), (8, -3), (1.5, -12), (-1, 4)]
    cdf = [{"shape": a, "x": x, "log": log_cdf(x, a)} for a, x in points]
    skewed = skewnorm.rvs(3, loc=40, scale=6, size=300, random_state=rng)
    left = 60 - rng.gamma(4, 2, 200)
    # compute_exposure_extrapolation of tensorflow/privacy, privacy_tests/secret_sharer/exposures.py at
    # 0caa10f674c0aef66d07ce996b831eedc1286836: a fit by maximum likelihood.
    return {"cdf": cdf, "fits": [exposures(np.round(values, 3)) for values in (skewed, left, rng.gamma(6, 2, 200))]}


def exposures(references):
    shape, location, scale = skewnorm.fit(references)
    secrets = [float(np.round(np.quantile(references, q) - off, 2)) for q, off in ((0.9, 0), (0.5, 0), (0.01, 0), (0, 6))]
    return {
        "references": list(references),
        "fit": {"shape": shape, "location": location, "scale": scale},
        "secrets": secrets,
        "bits": [-log_cdf(x, shape, location, scale) / np.log(2) for x in secrets],
    }


def main():
    rows, population = list(range(ROWS)), list(range(ROWS, ROWS + POPULATION))
    everyone = list(range(MODELS))
    but = lambda target: [m for m in everyone if m != target]
    half, late = everyone[: MODELS // 2 + 2], everyone[MODELS // 2 + 2 :]
    wide = [row for row in rows if min(len(arm(row, t, half)) for t in (False, True)) >= 2]
    auditing = jax_auditing()
    first, second = population[:20], population[20:]
    print(
        json.dumps(
            {
                "ensemble": {
                    "models": MODELS,
                    "rows": ROWS + POPULATION,
                    "phi": [round(float(value), 3) for value in PHI.ravel()],
                    "inside": [int(bit) for bit in INSIDE.ravel()],
                },
                "asked": {"rows": rows, "population": population},
                "lira": {
                    "ownVariance": lira(everyone, but, rows, 0),
                    "fixedVariance": lira(everyone, but, rows, np.inf),
                    "shrunk": lira(everyone, but, rows, NU),
                    "heldOut": {"shadows": half, "targets": late, "rows": wide, **lira(late, lambda _: half, wide, NU)},
                    "offline": {"target": 0, "most": 5, "scores": offline_lira(0, rows, 5)},
                },
                "rmia": {
                    "target": 0,
                    "online": rmia(0, rows, population, True),
                    "offline": {"a": 0.3, "rows": first, "population": second, "scores": rmia(0, first, second, False)},
                    "few": {"a": 0.3, "models": 5, "scores": rmia_of_few(0, rows, population, everyone[1:6], 0.3)},
                },
                "roc": rocs(),
                "epsilon": epsilons(auditing),
                "oneRun": one_runs(auditing),
                "skewNormal": skew_normals(),
            }
        )
    )


main()
