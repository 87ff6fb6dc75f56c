"""How a film is planned: what it costs, and the search for what costs least."""
