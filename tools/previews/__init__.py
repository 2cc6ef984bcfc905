"""Pictures for the documentation, of what Robbie really sends to the doubles."""
