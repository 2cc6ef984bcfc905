"""Robbie's mentors: AI personas as data, which of them speaks, and in which mood."""
