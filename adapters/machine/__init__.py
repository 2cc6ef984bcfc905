"""The machine that Robbie runs on."""
