"""What the soak is made of: faults on the way, work that is written down, measuring, and the comparison at the end."""
