"""Vertebrae found by a network on sagittal T2 slices: the U-Net, its decoding to labelled centroids, its weights."""
