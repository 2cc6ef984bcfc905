"""Mail: whose addresses are known, what is sent to them, and the links that it carries."""
