"""`python -m sne_sandbox`: the command line."""

from sne_sandbox.cli.main import main

if __name__ == "__main__":
    main()
