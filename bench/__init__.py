"""What `./dev bench` runs: load, serve, measure, print."""
