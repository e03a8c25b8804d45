"""Figures of the report as SVG text: one file a figure, no state."""
