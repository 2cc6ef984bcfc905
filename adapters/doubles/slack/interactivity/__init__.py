"""What people do with buttons, menus, modals, shortcuts and commands, and how Slack tells the app."""
