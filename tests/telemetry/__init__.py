"""Tests of tracing, with spans kept in memory, printed, or received by a collector."""
