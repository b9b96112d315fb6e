"""The use cases: receive, process, review, escalate, perform, sweep. No framework in here."""
