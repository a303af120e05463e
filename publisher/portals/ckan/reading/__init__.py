"""What stands on a portal, and what that means."""
