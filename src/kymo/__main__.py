"""`python -m kymo` is the command `kymo`."""

from kymo.cli import main

if __name__ == "__main__":
    main()
