"""Where series come from: an archive, files, maildirs, standard input, a git range."""
