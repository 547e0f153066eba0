"""The command line: one module a command; what a command needs is loaded when it runs."""
