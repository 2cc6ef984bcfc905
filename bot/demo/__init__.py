"""A believable small company to see everything with; marked as a demo, and removed by one command."""
