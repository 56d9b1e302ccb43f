"""`make bench`: the package's measurements and those of the page in a real Chromium, in one table."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # tests/serving.py and tools/ are no part of the package

from farback.bench import main
from tools import bench_page

if __name__ == "__main__":
    main(bench_page.rows())
