"""PyTorch and JAX as workers: each line of standard input names a job; its seconds are printed, a line of JSON each.

Jobs train models on random rows: `mlp` (D inputs, H hidden, relu, C classes) or `conv` (a residual block of two 3x3
convolutions with batch normalisation as in inference, mean, C classes), softmax cross-entropy, SGD with momentum 0.9 and
decay on weights, batches gathered from one matrix.
"""
import json
import os
import sys
import time


def batches(numpy, job, models):
    """Row numbers [M, S, B]: each model's own half of the rows, shuffled each epoch, the last batch filled up."""
    random = numpy.random.default_rng(1)
    half = job["rows"] // 2
    steps = -(-half // job["batch"])
    own = [random.permutation(job["rows"])[:half] for _ in range(models)]
    epochs = [
        [numpy.resize(random.permutation(rows), (steps, job["batch"])) for _ in range(job["epochs"])]
        for rows in own
    ]
    return numpy.array(epochs).reshape(models, steps * job["epochs"], job["batch"])


def data(numpy, job):
    random = numpy.random.default_rng(0)
    rows = (random.random((job["rows"], job["width"])) < 0.125).astype("float32")
    return rows, random.integers(0, job["classes"], job["rows"])


def shapes(job):
    if job["network"] == "mlp":
        return [(job["width"], job["hidden"]), (job["hidden"],), (job["hidden"], job["classes"]), (job["classes"],)]
    c = job["channels"]
    return [(c, c, 3, 3), (c,), (c,), (c, c, 3, 3), (c,), (c,), (c, job["classes"]), (job["classes"],)]


def first_weights(numpy, job, models):
    random = numpy.random.default_rng(2)
    return [random.normal(0, 0.05, (models, *shape)).astype("float32") for shape in shapes(job)]


def torch_runner():
    import numpy
    import torch
    import torch.nn.functional as F

    def forward(job, p, x):
        if job["network"] == "mlp":
            return F.relu(x @ p[0] + p[1]) @ p[2] + p[3]
        x = x.reshape(-1, job["channels"], job["side"], job["side"])
        zero, one = torch.zeros(job["channels"]), torch.ones(job["channels"])
        y = F.relu(F.batch_norm(F.conv2d(x, p[0], padding=1), zero, one, 1 + p[1], p[2]))
        y = F.relu(x + F.batch_norm(F.conv2d(y, p[3], padding=1), zero, one, 1 + p[4], p[5]))
        return y.mean((2, 3)) @ p[6] + p[7]

    def one_after_another(job, models):
        x, y = (torch.from_numpy(each) for each in data(numpy, job))
        order = torch.from_numpy(batches(numpy, job, models))
        weights = [torch.from_numpy(each) for each in first_weights(numpy, job, models)]
        started = time.perf_counter()
        for model in range(models):
            p = [each[model].clone().requires_grad_() for each in weights]
            groups = [{"params": [each], "weight_decay": 0.001 if each.dim() > 1 else 0.0} for each in p]
            optimizer = torch.optim.SGD(groups, lr=0.2, momentum=0.9)
            for rows in order[model]:
                optimizer.zero_grad()
                F.cross_entropy(forward(job, p, x[rows]), y[rows]).backward()
                optimizer.step()
        return time.perf_counter() - started

    def stacked(job, models):
        x, y = (torch.from_numpy(each) for each in data(numpy, job))
        order = torch.from_numpy(batches(numpy, job, models)).transpose(0, 1).contiguous()
        p = [torch.from_numpy(each) for each in first_weights(numpy, job, models)]
        velocity = [torch.zeros_like(each) for each in p]

        def loss(own, rows, labels):
            return F.cross_entropy(forward(job, own, rows), labels)

        gradients = torch.func.vmap(torch.func.grad(loss))
        started = time.perf_counter()
        for rows in order:
            for place, gradient in enumerate(gradients(p, x[rows], y[rows])):
                pull = gradient.add(p[place], alpha=0.001) if p[place].dim() > 2 else gradient
                velocity[place].mul_(0.9).add_(pull)
                p[place].sub_(velocity[place], alpha=0.2)
        return time.perf_counter() - started

    return {"sequential": one_after_another, "stacked": stacked}, torch.set_num_threads


def jax_runner():
    import jax
    import jax.numpy as jnp
    import numpy

    def forward(job, p, x):
        if job["network"] == "mlp":
            return jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3]
        x = x.reshape(-1, job["channels"], job["side"], job["side"])

        def conv(value, kernel):
            return jax.lax.conv(value, kernel, (1, 1), "SAME")

        def norm(value, scale, shift):
            return value * (1 + scale)[None, :, None, None] + shift[None, :, None, None]

        y = jax.nn.relu(norm(conv(x, p[0]), p[1], p[2]))
        y = jax.nn.relu(x + norm(conv(y, p[3]), p[4], p[5]))
        return y.mean((2, 3)) @ p[6] + p[7]

    compiled = {}

    def run(job, models, mapped):
        x, y = (jnp.asarray(each) for each in data(numpy, job))
        order = jnp.asarray(batches(numpy, job, models))
        p = [jnp.asarray(each) for each in first_weights(numpy, job, models)]

        def loss(own, rows):
            logs = jax.nn.log_softmax(forward(job, own, x[rows]))
            return -jnp.take_along_axis(logs, y[rows][:, None], 1).mean()

        def step(state, rows):
            p, velocity = state
            pulls = [g + 0.001 * w if w.ndim > 1 else g for g, w in zip(jax.grad(loss)(p, rows), p)]
            velocity = [0.9 * v + pull for v, pull in zip(velocity, pulls)]
            return ([w - 0.2 * v for w, v in zip(p, velocity)], velocity), 0

        def one(p, order):
            return jax.lax.scan(step, (p, [jnp.zeros_like(w) for w in p]), order)[0]

        key = json.dumps([job, models, mapped])
        if key not in compiled and mapped:
            compiled[key] = jax.jit(jax.vmap(one)).lower(p, order).compile()
        if key not in compiled:
            # A compiled step, looped over from outside: inside a loop of its own XLA's convolutions are slower still.
            state = ([w[0] for w in p], [jnp.zeros_like(w[0]) for w in p])
            compiled[key] = jax.jit(step).lower(state, order[0, 0]).compile()
        started = time.perf_counter()
        if mapped:
            jax.block_until_ready(compiled[key](p, order))
        else:
            for model in range(models):
                state = ([w[model] for w in p], [jnp.zeros_like(w[model]) for w in p])
                for rows in order[model]:
                    state, _ = compiled[key](state, rows)
                jax.block_until_ready(state)
        return time.perf_counter() - started

    ways = {"stacked": lambda job, models: run(job, models, True), "sequential": lambda job, models: run(job, models, False)}
    return ways, lambda threads: None


# JAX has no number of threads to be told: it takes as many as the process has cores.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[2])])
ways, set_threads = torch_runner() if sys.argv[1] == "torch" else jax_runner()
set_threads(int(sys.argv[2]))
for line in sys.stdin:
    asked = json.loads(line)
    seconds = ways[asked["way"]](asked["job"], asked["models"])
    print(json.dumps({"seconds": seconds / asked["models"]}), flush=True)
