"""A multilayer perceptron on scikit-learn's handwritten digits: plain PyTorch, nothing but the import is kymo's.

Watch it with `kymo serve runs`.
"""

import sys

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from kymo import SummaryWriter

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
log_dir = sys.argv[2] if len(sys.argv) > 2 else None

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.data, dtype=torch.float32) / 16
labels = torch.tensor(digits.target)
train_x, val_x, train_y, val_y = train_test_split(images, labels, test_size=0.25, random_state=0, stratify=labels)
loader = DataLoader(TensorDataset(train_x, train_y), batch_size=64, shuffle=True)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

with SummaryWriter(log_dir) as writer:
    step = 0
    for epoch in range(1, epochs + 1):
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            writer.add_scalar("train/loss", loss, step)
        with torch.no_grad():
            accuracy = (model(val_x).argmax(dim=1) == val_y).float().mean()
        writer.add_scalar("val/accuracy", accuracy, step)
        writer.add_scalar("epoch", epoch, step)
    print(f"validation accuracy {accuracy:.3f} after {epochs} epochs, logged to {writer.get_logdir()}")
