"""maildesk: a help desk that lives in e-mail."""
