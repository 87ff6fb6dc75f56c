"""The live show as a page: server, viewers, and the desk of the artist."""
