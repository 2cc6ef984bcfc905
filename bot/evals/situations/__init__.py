"""Situations with the three things that a sensible colleague would do first, all written by us.

They and their labels were written before the formula's weights were tuned. What is ``held_back`` was written with the
rest (the second of each three) and nothing is tuned on it.
"""
