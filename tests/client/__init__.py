"""Tests of both clients over real HTTP, and what they share."""
