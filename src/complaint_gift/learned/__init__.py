"""What a trained encoder hears in texts: speech acts of replies, kind and triggers of messages."""
