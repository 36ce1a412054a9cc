"""Makes the generated parts of agentkit from ``codegen/spec`` and derives the sync client from the async one.

``python -m codegen`` writes; ``python -m codegen --check`` compares whole trees and fails on stale, missing and orphan files.
"""
