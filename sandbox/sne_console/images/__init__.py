"""The pictures of the console: maps, curves, bars, as trees of SVG whose shapes are links."""
