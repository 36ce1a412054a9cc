"""Say which files are there."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path("/mnt/data")


def main() -> None:
    files = sorted(path for path in FOLDER.iterdir() if path.is_file())
    print(f"{len(files)} files in {FOLDER}")
    for path in files:
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
