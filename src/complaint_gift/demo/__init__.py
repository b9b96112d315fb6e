"""The demo: a stand-in helpdesk, the page on which a person tries the product, and its configuration."""

from complaint_gift.demo.setting_up import prepare

__all__ = ["prepare"]
