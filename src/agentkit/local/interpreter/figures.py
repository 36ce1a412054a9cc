"""A matplotlib backend that saves each shown figure as a PNG file and closes it.

It is copied beside the code that runs and loaded through ``MPLBACKEND``, so it stands alone and costs nothing to a program that
does not draw. The folder to save to is named by ``AGENTKIT_FIGURES``.
"""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

__all__ = ["FigureCanvas", "FigureManager"]


class FigureManager(FigureManagerBase):
    """Shows a figure by saving it."""

    def show(self) -> None:
        """Save the figure under the next free number, then close it as a person closes a window."""
        folder = Path(os.environ["AGENTKIT_FIGURES"])
        number = 1 + sum(1 for _ in folder.glob("figure-*.png"))
        self.canvas.figure.savefig(folder / f"figure-{number}.png", format="png")
        Gcf.destroy(self)

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Show every open figure in the order of their numbers; ``block`` has nothing to wait for."""
        for manager in Gcf.get_all_fig_managers():
            manager.show()


class FigureCanvas(FigureCanvasAgg):
    """The canvas by which matplotlib finds the manager above."""

    manager_class = FigureManager  # pyright: ignore[reportAssignmentType]
