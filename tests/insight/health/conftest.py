import sys
from pathlib import Path

# Modules that several tests share.
sys.path.append(str(Path(__file__).parent))
