"""Files made in the background: jobs, storage, download."""
