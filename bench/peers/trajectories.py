"""Trains what a JSON file says with PyTorch, and prints each step's loss and the checksums of the final weights."""
import json
import math
import sys

import torch
import torch.nn.functional as F


def perceptron(p, x):
    first = F.relu(x @ p["first.weight"] + p["first.bias"])
    second = torch.tanh(first @ p["second.weight"] + p["second.bias"])
    return second @ p["head.weight"] + p["head.bias"]


def convolutional(p, x):
    x = x.reshape(-1, 1, 8, 8)
    x = F.max_pool2d(F.relu(F.conv2d(x, p["first.weight"], p["first.bias"], padding=1)), 2)
    x = F.relu(F.conv2d(x, p["second.weight"], p["second.bias"], padding=1))
    return x.mean((2, 3)) @ p["head.weight"] + p["head.bias"]


def transformer(p, x):
    def linear(of, value):
        return value @ p[of + ".weight"] + p[of + ".bias"]

    def norm(of, value):
        return F.layer_norm(value, value.shape[-1:], p[of + ".scale"], p[of + ".bias"])

    def heads(value):
        return value.reshape(*value.shape[:2], 2, -1).transpose(1, 2)

    x = F.embedding(x.long(), p["embedding"]) + p["position"]
    first = norm("norm1", x)
    q, k, v = (heads(linear(of, first)) for of in "qkv")
    shares = torch.softmax(q @ k.transpose(2, 3) / 2, -1)
    x = x + linear("out", (shares @ v).transpose(1, 2).reshape(x.shape))
    up = linear("up", norm("norm2", x))
    x = x + linear("down", up * (torch.erf(up / math.sqrt(2)) + 1) * 0.5)
    return linear("head", x.mean(1))


def train(case):
    # In double precision: what both sides are held to is the mathematics.
    parameters = {
        each["name"]: torch.tensor(each["data"], dtype=torch.float64).reshape(each["shape"]).requires_grad_()
        for each in case["parameters"]
    }
    groups = [
        {"params": [parameters[each["name"]]], "weight_decay": case["decay"] if each["decays"] else 0.0}
        for each in case["parameters"]
    ]
    if case["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(groups, lr=1.0, momentum=0.9)
    else:
        optimizer = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.999), eps=1e-8)
    forward = globals()[case["model"]]
    steps = len(case["rates"])
    x = torch.tensor(case["features"], dtype=torch.float64).reshape(steps, case["batch"], -1)
    y = torch.tensor(case["labels"]).reshape(steps, case["batch"]).long()
    losses = []
    for step, rate in enumerate(case["rates"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(parameters, x[step]), y[step])
        losses.append(round(loss.item(), 6))
        loss.backward()
        optimizer.step()
    ends = [parameters[each["name"]].detach() for each in case["parameters"]]
    return {
        "name": case["name"],
        "losses": losses,
        "ends": [[round(end.sum().item(), 6), round((end * end).sum().item(), 6)] for end in ends],
    }


with open(sys.argv[1]) as file:
    print(json.dumps([train(case) for case in json.load(file)]))
