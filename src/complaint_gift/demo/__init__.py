"""The demo: a stand-in helpdesk, the page on which a person tries the product, and its configuration."""
