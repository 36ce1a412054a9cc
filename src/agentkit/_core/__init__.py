"""Decisions without I/O: no module in here opens a socket or a file, reads the clock or the environment, or sleeps."""
