"""Email: the inbox read, the outbox guarded."""
