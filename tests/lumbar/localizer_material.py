"""The config of a localizer that is trained on three phantoms in seconds."""

SMALL = """
[task]
kind = "localizer"
[slices]
phantoms = 3
phantom_slices = 1
[held_out]
phantom_every = 3
[network]
features = 4
depth = 3
[variation]
window = [128, 64]
[run]
epochs = 2
batch_size = 2
accelerator = "cpu"
"""
