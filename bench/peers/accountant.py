"""Epsilons of the subsampled Gaussian mechanism by Google's dp-accounting: by Renyi divergences at given orders, and by
the privacy loss distribution, a bound from below. Standard input: cases; standard output: the same with figures."""

import json
import sys

import dp_accounting
from dp_accounting import rdp
from dp_accounting.pld import privacy_loss_distribution


def by_renyi(case):
    # Whole orders alone: at fractions its series does not always converge.
    accountant = rdp.RdpAccountant(list(range(2, 65)) + [128, 256, 512, 1024])
    event = dp_accounting.PoissonSampledDpEvent(case["rate"], dp_accounting.GaussianDpEvent(case["noise"]))
    accountant.compose(event, case["steps"])
    return float(accountant.get_epsilon(case["delta"]))


def by_loss(case):
    step = privacy_loss_distribution.from_gaussian_mechanism(
        standard_deviation=case["noise"],
        sampling_prob=case["rate"],
        pessimistic_estimate=False,
        value_discretization_interval=1e-4,
    )
    return float(step.self_compose(case["steps"]).get_epsilon_for_delta(case["delta"]))


print(json.dumps([{**case, "renyi": by_renyi(case), "loss": by_loss(case)} for case in json.load(sys.stdin)]))
