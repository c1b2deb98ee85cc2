"""Train every baseline on one release's public rows, and show what each is worth.

Run ``make baselines``, or ``python baselines/train_all.py [DATA [FOLDER]]``. Without
DATA, the newest published release is used; bundles go to ``var/baselines``.
"""

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from challenge.client import evaluate, explained, open_data
from challenge.rules.publication import published_release
from challenge.settings import Settings

HERE = Path(__file__).parent


def train(script: Path, data: Path, bundle: Path) -> float:
    """Run one baseline as a team does; give the seconds that it took."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(script), str(data), str(bundle)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{script} failed:\n{done.stderr.strip()}")
    return time.perf_counter() - start


def main(words: list[str]) -> None:
    """Train all, a line each, and a table at the end."""
    settings = Settings()
    source = Path(words[0]) if words else published_release(settings).path / "public"
    place = Path(words[1]) if words[1:] else settings.home / "baselines"
    place.mkdir(parents=True, exist_ok=True)
    data = open_data(source)
    console = Console(stderr=True)
    table = Table(title=f"Baselines on {data.name}, practice rows (synthetic)")
    for heading in ("baseline", "seconds", "scaled Brier ↑", "AUROC ↑", "KiB"):
        table.add_column(heading, justify="left" if heading == "baseline" else "right")
    for script in sorted(HERE.glob("*/train.py")):
        slug = script.parent.name
        bundle = place / f"{slug}.zip"
        with console.status(f"{slug}: training"):
            seconds = train(script, source, bundle)
        with console.status(f"{slug}: scoring practice rows"):
            metrics = evaluate(bundle, data).metrics
        console.print(f"{slug}: {bundle}")
        told = (metrics[name] for name in ("scaled_brier", "auroc"))
        figures = (f"{m.value:.3f} [{m.low:.3f} to {m.high:.3f}]" for m in told)
        size = f"{bundle.stat().st_size / 1024:.0f}"
        table.add_row(slug, f"{seconds:.1f}", *figures, size)
    # Wide enough for a line each, also where it is written to a file.
    Console(width=max(100, console.width)).print(table)


if __name__ == "__main__":
    with explained():
        main(sys.argv[1:])
