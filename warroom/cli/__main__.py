"""`python -m warroom.cli`: the command line where the installed script is not on the path."""

from warroom.cli import main

if __name__ == "__main__":
    main()
