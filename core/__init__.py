"""What Robbie does, in plain Python. Knows no neighbour: no platform, database or provider is named here."""
