"""Checks of the group *transmission*: messages, mails, submissions and exports."""
