"""Calendars where they come from: files at secret addresses, and CalDAV servers. They are only read."""
