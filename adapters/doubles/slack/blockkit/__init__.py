"""Block Kit as Slack checks it: the tables of what may stand where, and how long it may be."""
