"""Runs: their states, the engine that carries them out, and the steps and messages that they leave."""
