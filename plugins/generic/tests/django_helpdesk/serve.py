"""Makes the tables, a queue and the people, then serves: `python serve.py PORT NAME:PASSWORD ...`."""

import sys

import django
from django.core.management import call_command


def main(port: str, *logins: str) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    from django.contrib.auth import get_user_model
    from helpdesk.models import Queue

    Queue.objects.get_or_create(title="Support", slug="support", email_address="support@desk.example")
    for login in logins:
        name, _, password = login.partition(":")
        people = get_user_model().objects
        if not people.filter(username=name).exists():
            people.create_superuser(name, f"{name}@desk.example", password)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
