"""`python -m complaint_gift.cli`, for the supervisor, which knows its interpreter and no script's path."""

from complaint_gift.cli import main

if __name__ == "__main__":
    main(prog_name="complaint-gift")
