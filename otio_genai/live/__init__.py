"""The live show: a film edited while it is watched."""
