import sys
from pathlib import Path

# The encoders are the native tests' own; the entries are modules of these tests.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "native")]
