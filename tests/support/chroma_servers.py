"""A folder -> a real Chroma server on this machine, as `chroma run` starts it, until the block ends."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx

_READY = b"listening on address"


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Yield the address of a server that keeps its data in `folder`, as soon as it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    words = [str(chroma), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as process:
        assert process.stdout
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if _READY in line:
                    break
            assert process.poll() is None, b"".join(said)
            drain = Thread(target=process.stdout.read)  # else it would wait for somebody to read its log
            drain.start()
            httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat", trust_env=False, timeout=60).raise_for_status()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()
        drain.join()
