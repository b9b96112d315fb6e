"""What a worker does when the bell rings: a row's id goes in, nothing comes out.

Three lines each: all meaning is in the rows, so a job that runs twice or never costs time only.
"""

from __future__ import annotations


def process_delivery(delivery_id: int) -> None:
    """Work a delivery off."""
    from complaint_gift import runtime

    runtime.current().service.process(delivery_id)


def perform_action(action_id: int) -> None:
    """Do one action."""
    from complaint_gift import runtime

    runtime.current().service.perform(action_id)
