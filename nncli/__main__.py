"""Run the command line as `python -m nncli`."""

from nncli.cli.app import main

if __name__ == "__main__":
    main()
