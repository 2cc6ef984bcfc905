"""Briefs: three times a day, what matters to a person now."""
