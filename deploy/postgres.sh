#!/bin/sh
# PostgreSQL runs this once, on an empty volume. The service gets a role that owns its
# database and nothing else (CREATEDB is for `challenge backup --verify`); the superuser
# loses its password, so nobody is that over the network.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_PASSWORD" \
    --username=postgres --dbname=postgres <<'SQL'
CREATE ROLE kansrijk LOGIN CREATEDB PASSWORD :'password';
CREATE DATABASE kansrijk OWNER kansrijk;
REVOKE ALL ON DATABASE kansrijk FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
