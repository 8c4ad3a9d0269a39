"""Test modules are no package (import-mode=importlib): what they share is found beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
