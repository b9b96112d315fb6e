"""Jira and Jira Service Management, Cloud and Data Center."""
