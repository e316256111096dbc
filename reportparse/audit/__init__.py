"""The audit of a label table against gold: ``audit`` tells it in order, ``Audit`` is what comes out."""
