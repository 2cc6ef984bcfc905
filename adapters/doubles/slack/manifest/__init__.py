"""App manifests as Slack checks them, and what an app that was made of one can do."""
