"""Notes that people keep with Robbie."""
