"""The training of the localizer: slices with masks, their variation on the canvas, what is measured, the recipe.

The network, its canvas and the decoding of its masks are ``imaging.localizer``; the loop is ``training.loop``, the
same as for graders.
"""
