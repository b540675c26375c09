#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same work as `fedefm bench --only train` and `--only federate`, in eager Python, for a comparison in one run.

  compare.py --threads N            reads names of workloads on stdin; each is done once, its milliseconds are printed.
                                    First line printed: "ready VERSION".
  compare.py --threads N --memory NAME    does the workload three times and prints the peak resident memory in MB.
  compare.py --parameters           prints the number of learnable values of each network.

It needs Debian's python3-torch; without it the exit status is 77.
"""
import argparse
import copy
import sys
import time

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError:
    print("python3-torch is not installed", file=sys.stderr)
    sys.exit(77)


class DoubleConv(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNet(nn.Module):
    """milesial/Pytorch-UNet with transposed convolutions."""

    def __init__(self, inputs, classes, base=64):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.inc = DoubleConv(inputs, base)
        self.downs = nn.ModuleList(DoubleConv(a, b) for a, b in zip(widths, widths[1:]))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(widths, widths[1:]))
        self.convs = nn.ModuleList(DoubleConv(b, a) for a, b in zip(widths, widths[1:]))
        self.outc = nn.Conv2d(base, classes, 1)

    def forward(self, x):
        maps = [self.inc(x)]
        for down in self.downs:
            maps.append(down(F.max_pool2d(maps[-1], 2)))
        x = maps.pop()
        for up, conv in zip(reversed(self.ups), reversed(self.convs)):
            x = conv(torch.cat([maps.pop(), up(x)], dim=1))
        return self.outc(x)


class StdConv(nn.Conv2d):
    def forward(self, x):
        variance, mean = torch.var_mean(self.weight, dim=[1, 2, 3], keepdim=True, unbiased=False)
        return F.conv2d(x, (self.weight - mean) / torch.sqrt(variance + 1e-5), self.bias, self.stride, self.padding)


class Bottleneck(nn.Module):
    def __init__(self, inputs, middle, outputs, stride):
        super().__init__()
        self.gn1, self.conv1 = nn.GroupNorm(32, middle, eps=1e-6), StdConv(inputs, middle, 1, bias=False)
        self.gn2 = nn.GroupNorm(32, middle, eps=1e-6)
        self.conv2 = StdConv(middle, middle, 3, stride, 1, bias=False)
        self.gn3, self.conv3 = nn.GroupNorm(32, outputs, eps=1e-6), StdConv(middle, outputs, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = StdConv(inputs, outputs, 1, stride, bias=False)
            self.gn_proj = nn.GroupNorm(outputs, outputs)

    def forward(self, x):
        rest = x if self.downsample is None else self.gn_proj(self.downsample(x))
        y = self.relu(self.gn1(self.conv1(x)))
        y = self.relu(self.gn2(self.conv2(y)))
        return self.relu(rest + self.gn3(self.conv3(y)))


class Block(nn.Module):
    def __init__(self, hidden, mlp, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(hidden, eps=1e-6), nn.LayerNorm(hidden, eps=1e-6)
        self.query, self.key = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.value, self.out = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.fc1, self.fc2 = nn.Linear(hidden, mlp), nn.Linear(mlp, hidden)
        self.dropout = nn.Dropout(0.1)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x):
        y = self.norm1(x)
        query, key, value = self.split(self.query(y)), self.split(self.key(y)), self.split(self.value(y))
        scores = torch.matmul(query, key.transpose(-1, -2)) / query.size(-1) ** 0.5
        y = torch.matmul(torch.softmax(scores, dim=-1), value).permute(0, 2, 1, 3).contiguous().view(x.shape)
        x = x + self.out(y)
        y = self.dropout(F.gelu(self.fc1(self.norm2(x))))
        return x + self.dropout(self.fc2(y))


class Foundation(nn.Module):
    """Hybrid ResNet (3, 4, 9) and eight blocks, as the authors' foundation network."""

    def __init__(self, classes=6, hidden=768, mlp=1024, heads=8, layers=8, tokens=256, width=64, counts=(3, 4, 9)):
        super().__init__()
        self.root = nn.Sequential(StdConv(3, width, 7, 2, 3, bias=False), nn.GroupNorm(32, width, eps=1e-6),
                                  nn.ReLU(inplace=True), nn.MaxPool2d(3, 2))
        units, inputs = [], width
        for block, count in enumerate(counts):
            for unit in range(count):
                stride = 2 if unit == 0 and block > 0 else 1
                units.append(Bottleneck(inputs, width << block, 4 * width << block, stride))
                inputs = 4 * width << block
        self.body = nn.Sequential(*units)
        self.patches = nn.Conv2d(inputs, hidden, 1)
        self.positions = nn.Parameter(torch.zeros(1, tokens, hidden))
        self.dropout = nn.Dropout(0.1)
        self.blocks = nn.Sequential(*(Block(hidden, mlp, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(hidden, eps=1e-6)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        x = self.patches(self.body(self.root(x))).flatten(2).transpose(-1, -2)
        x = self.norm(self.blocks(self.dropout(x + self.positions)))
        return self.head(x[:, 0])


def segmentation_loss(logits, labels):
    probabilities = torch.softmax(logits, dim=1)
    truth = F.one_hot(labels, logits.size(1)).permute(0, 3, 1, 2).float()
    both = (probabilities * truth).sum((0, 2, 3))[1:]
    either = (probabilities.sum((0, 2, 3)) + truth.sum((0, 2, 3)))[1:]
    return 0.5 * F.cross_entropy(logits, labels) + 0.5 * (1 - ((2 * both + 1) / (either + 1)).mean())


class TrainingStep:
    def __init__(self, network, images, labels, loss):
        self.network, self.images, self.labels, self.loss = network.train(), images, labels, loss
        self.optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=1e-4)

    def __call__(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.network(self.images), self.labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()


class Inference:
    def __init__(self, network, images):
        self.network, self.images = network.eval(), images

    def __call__(self):
        with torch.no_grad():
            return self.network(self.images).argmax(1)


def unet_train(batch=2, size=256):
    labels = torch.randint(3, (batch, size, size))
    return TrainingStep(UNet(1, 3), torch.rand(batch, 1, size, size), labels, segmentation_loss)


def vit_train(batch=4, size=256):
    labels = torch.randint(6, (batch,))
    return TrainingStep(Foundation(), torch.rand(batch, 3, size, size), labels, F.cross_entropy)


def unet_infer(size=512):
    return Inference(UNet(1, 3), torch.rand(1, 1, size, size))


class FederatedRound:
    """FedAvg as it is commonly written: every silo trains a deep copy of the common network, their states are copied
    and averaged one by one."""

    warms = False  # the caller does not count its first round

    def __init__(self, steps, silos=5, batch=8, size=64):
        self.common, self.silos = small_foundation(size), silos
        self.batches = [(torch.rand(batch, 3, size, size), torch.randint(6, (batch,))) for _ in range(steps)]

    def __call__(self):
        states = []
        for _ in range(self.silos):
            step = TrainingStep(copy.deepcopy(self.common), *self.batches[0], F.cross_entropy)
            for step.images, step.labels in self.batches:
                step()
            states.append(copy.deepcopy(step.network.state_dict()))
        mean = copy.deepcopy(states[0])
        for name in mean:
            for state in states[1:]:
                mean[name] += state[name]
            mean[name] = torch.div(mean[name], self.silos)
        self.common.load_state_dict(mean)


def small_foundation(size):
    return Foundation(hidden=256, mlp=512, heads=8, layers=7, tokens=(size // 16)**2, width=32, counts=(2, 2, 3))


def peak_memory_mb():
    # Not getrusage(): what the parent held when it started this process would count.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


WORKLOADS = {"unet_train": unet_train, "vit_train": vit_train, "unet_infer": unet_infer,
             "fedavg_20_steps": lambda: FederatedRound(20), "fedavg_1_step": lambda: FederatedRound(1)}


def serve():
    print("ready", torch.__version__, flush=True)
    ready = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            ready = {name: WORKLOADS[name]()}
            if getattr(ready[name], "warms", True):
                ready[name]()
        start = time.perf_counter()
        ready[name]()
        print(1e3 * (time.perf_counter() - start), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--memory", choices=WORKLOADS)
    parser.add_argument("--parameters", action="store_true")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.parameters:
        for name, network in (("unet", UNet(1, 3)), ("fedefm_medvit", Foundation()),
                              ("small foundation", small_foundation(64))):
            print(name, sum(value.numel() for value in network.parameters()))
    elif options.memory:
        work = WORKLOADS[options.memory]()
        for _ in range(3):
            work()
        print(peak_memory_mb())
    else:
        serve()


if __name__ == "__main__":
    main()
