"""`python -m reviewbot` is the same as `reviewbot`."""

from reviewbot.cli.main import main

main()
