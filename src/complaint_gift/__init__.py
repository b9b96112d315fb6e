"""Complaint Gift: every reply to a complaint is checked against the complaint-handling playbook."""
