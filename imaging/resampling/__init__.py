"""Crops to disc-aligned grids in one interpolation, by numpy alone or by torch on any device."""
