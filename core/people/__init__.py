"""Orgs and people, and the workspaces that Robbie was installed into."""
