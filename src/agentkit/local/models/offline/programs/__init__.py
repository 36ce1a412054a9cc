"""Programs that the offline model gives to the code interpreter as they stand, but for the constants at their top.

Each uses the standard library alone and runs by itself.
"""
