"""Pictures of a live show: prepared takes, made joins, and the stream they form."""
