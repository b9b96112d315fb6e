"""Talking to a helpdesk over HTTP: the client, and the credentials it sends."""

from complaint_gift.client.asking import Answer, Client, Credentials, Limits, read_patience
from complaint_gift.client.credentials import Basic, Bearer, ClientCredentials
from complaint_gift.client.tokens import FileCache, MemoryCache, Token, TokenCache

__all__ = [
    "Answer",
    "Basic",
    "Bearer",
    "Client",
    "ClientCredentials",
    "Credentials",
    "FileCache",
    "Limits",
    "MemoryCache",
    "Token",
    "TokenCache",
    "read_patience",
]
