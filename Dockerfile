# One image for web and worker; the command decides which it is.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 kansrijk \
    # Web and worker have two uids and one group; what is new belongs to the group.
    && mkdir /data && chown kansrijk:kansrijk /data && chmod 2775 /data

WORKDIR /app
COPY requirements.lock pyproject.toml build_assets.py README.md LICENSE NOTICE ./
RUN pip install --no-cache-dir uv \
    && uv pip install --system --require-hashes --compile-bytecode -r requirements.lock
COPY challenge challenge
COPY leaderboard leaderboard
COPY datasets datasets
COPY baselines baselines
RUN uv pip install --system --no-deps --compile-bytecode .

# The sandbox refuses to start as uid 0.
USER kansrijk
ENV CHALLENGE_HOME=/data CHALLENGE_CONTENT=/app/datasets CHALLENGE_HOST=0.0.0.0
EXPOSE 8000
CMD ["challenge", "serve", "--no-worker"]
