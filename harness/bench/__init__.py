"""Measurements of the harness itself. Ratios within one run: machines are shared and noisy."""
