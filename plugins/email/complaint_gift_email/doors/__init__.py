"""The doors through which mail comes in, each reduced to raw bytes and an envelope."""
