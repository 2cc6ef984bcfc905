"""Reminders: what somebody wants to be told at a time."""
