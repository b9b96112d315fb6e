"""A small Django project around django-helpdesk, as its documentation describes one."""

import os
from pathlib import Path

HERE = Path(os.environ["DESK_FOLDER"])
SECRET_KEY = "only for a test on 127.0.0.1, long enough for nobody to complain"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "desk_urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "bootstrap4form",
    "rest_framework",
    "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HERE / "desk.sqlite3",
        # Two threads write: somebody at the desk, and the answer to a webhook.
        "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE"},
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
}
# Every request proves itself anew, and the usual hash would take most of the time of a test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
MEDIA_ROOT = HERE / "media"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("DESK_SMTP_PORT", "0"))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_PORT else 'locmem'}.EmailBackend"
DEFAULT_FROM_EMAIL = "support@desk.example"
HELPDESK_ACTIVATE_API_ENDPOINT = True
HELPDESK_TEAMS_MODE_ENABLED = False
# The receiver shares two processors with everything else that is tested.
HELPDESK_WEBHOOK_TIMEOUT = 60
