"""What all tests have: the helpers of this folder."""

import sys
from pathlib import Path

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))
