"""Consent: what is somebody's own is shared after they were asked, in just the words that they were shown."""
