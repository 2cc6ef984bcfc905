"""How long tests wait for what should happen: on the busiest machine, too. Who passes does not wait so long."""

from __future__ import annotations

PATIENCE = 180.0
"""Seconds. A test that has waited so long has waited in vain."""
