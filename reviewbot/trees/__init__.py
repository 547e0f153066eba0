"""Where the files before a patch come from, and what the patch makes of them."""
