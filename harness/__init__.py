"""Boots kernels, puts filters into them, and says with evidence what they did."""
