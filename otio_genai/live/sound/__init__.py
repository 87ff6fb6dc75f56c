"""Sound of a live show: one continuous stream with the voice in its place."""
