"""Behind `./dev`: services, processes and commands for people who build Counterfoil."""
