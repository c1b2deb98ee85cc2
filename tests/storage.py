"""Object storage on this machine: moto's own server, over real sockets."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx
from moto.server import ThreadedMotoServer

BUCKET = "kansrijk"
KEYS = {
    "AWS_ACCESS_KEY_ID": "a-test",
    "AWS_SECRET_ACCESS_KEY": "a-test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    # Nobody asks the network of a cloud who we are.
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class Storage:
    """A server that can be stopped, and knows its objects when it starts again."""

    port: int = 0
    _server: Any = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        # It tells of every request.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def stop(self) -> None:
        self._server.stop()

    def client(self) -> Any:
        """Speak to it past all of our own code."""
        return boto3.client("s3", endpoint_url=self.url)

    def keys(self, prefix: str = "") -> list[str]:
        found = self.client().list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", [])]


@contextmanager
def storage_here() -> Iterator[Storage]:
    """Start one with a bucket, and name it in the variables of this process."""
    storage, before = Storage(), os.environ.copy()
    storage.start()
    os.environ.update(KEYS, AWS_ENDPOINT_URL=storage.url)
    try:
        # moto keeps buckets of its process, also of a server that ended.
        httpx.post(f"{storage.url}/moto-api/reset").raise_for_status()
        where = {"LocationConstraint": KEYS["AWS_DEFAULT_REGION"]}
        storage.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield storage
    finally:
        for name in (*KEYS, "AWS_ENDPOINT_URL"):
            os.environ.pop(name)
            if name in before:
                os.environ[name] = before[name]
        storage.stop()
