"""Pages and terminal tables of ``lumbar audit`` and ``lumbar explain``."""
