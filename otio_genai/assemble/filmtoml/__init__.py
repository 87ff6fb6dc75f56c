"""The film file and its shot lists: read, checked, described to editors."""
