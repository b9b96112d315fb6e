"""A gate without a playbook in a process of its own, to be killed: `gate_alone.py PORT UPSTREAM`."""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import ScriptedDesk, a_gate

if __name__ == "__main__":
    with a_gate(ScriptedDesk(), int(sys.argv[2]), port=int(sys.argv[1]), processes=2):
        threading.Event().wait()
