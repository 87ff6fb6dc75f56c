"""Showings: films drawn one after the other, none of them twice."""
