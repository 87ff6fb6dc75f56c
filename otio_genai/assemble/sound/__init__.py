"""The sound as timeline data: voice, bed and takes, their levels and loudness."""
