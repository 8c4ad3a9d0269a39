"""What the benchmarks share is found beside them: test modules are no package (import-mode=importlib)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
