"""What people said and noted, and how it is found again."""
