"""Exact draws from a field: its ways, how many there are, and one of them."""
