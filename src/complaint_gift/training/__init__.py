"""Trains the weights of complaint_gift.learned; needs its own environment and is no part of the wheel."""
