"""Everything of *Brisés* is drawn here: dunes, corridors, fissures, veils, shards and
a violin."""
