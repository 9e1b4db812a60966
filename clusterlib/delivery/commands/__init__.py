"""One file a subcommand of `cluster-course`."""
