"""Where new takes come from while a film plays."""
