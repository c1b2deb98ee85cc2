# One image for every process of ours; the command decides which it is. Made in two
# steps: what is needed to install does not come along.
FROM python:3.11.14-slim-bookworm AS builder

RUN pip install --no-cache-dir uv==0.13.9 && python -m venv --without-pip /opt/kansrijk
ENV VIRTUAL_ENV=/opt/kansrijk UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /build
# What the service needs of requirements.lock, with the hashes of it (`make lock`).
COPY deploy/requirements.lock deploy/
RUN uv pip sync --require-hashes --compile-bytecode deploy/requirements.lock
COPY pyproject.toml build_assets.py README.md LICENSE NOTICE ./
COPY leaderboard leaderboard
COPY datasets/quickstart datasets/quickstart
COPY challenge challenge
RUN uv pip install --no-deps --compile-bytecode .

FROM python:3.11.14-slim-bookworm

LABEL org.opencontainers.image.title="Kansrijk" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.description="Data challenges on synthetic data. Not for decisions about people."

# bubblewrap isolates submissions; LightGBM asks for libgomp1; the backup runs pg_dump
# and pg_restore, of the server's own major version; openssl makes Dask's certificates.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        bubblewrap libgomp1 openssl postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes pip setuptools wheel \
    && useradd --create-home --uid 1000 kansrijk \
    # A new volume takes over owner and mode of the folder that it covers. Web and worker
    # have two uids and one group; what is new belongs to the group, and what is the
    # worker's nobody else moves aside (the sticky bit).
    && install --directory --owner=1000 --group=1000 --mode=3775 /data /files \
    && install --directory --owner=1000 --group=1000 --mode=0700 /backups /certificates

COPY --from=builder /opt/kansrijk /opt/kansrijk
WORKDIR /app
COPY datasets datasets
COPY baselines baselines
COPY --chmod=0755 deploy/certificates.sh /usr/local/bin/make-certificates

# The sandbox refuses to start as uid 0.
USER 1000:1000
# Two heaps for the threads of a Dask worker: ours see to it (challenge/arenas.py). What
# numba compiles is unpickled by whoever reads it: never on a volume, which web may write.
ENV PATH=/opt/kansrijk/bin:$PATH \
    CHALLENGE_HOME=/data \
    CHALLENGE_CONTENT=/app/datasets \
    CHALLENGE_BASELINES=/app/baselines \
    CHALLENGE_HOST=0.0.0.0 \
    NUMBA_CACHE_DIR=/tmp/numba \
    MALLOC_ARENA_MAX=2 \
    HOME=/tmp
EXPOSE 8000
# Files for the group too, whatever the command is.
ENTRYPOINT ["sh", "-c", "umask 002; exec \"$@\"", "sh"]
CMD ["challenge", "serve", "--no-worker"]
