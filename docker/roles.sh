#!/bin/sh
# What a new database server is given, once, by its superuser: cdp_owner, to whom the tables belong, and cdp_app, which
# the application connects as. Neither is a superuser, passes row-level security by or may become the other.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'END'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
CREATE ROLE cdp_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION PASSWORD :'owner_password';
CREATE ROLE cdp_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION PASSWORD :'app_password';
CREATE DATABASE cdp OWNER cdp_owner;
REVOKE ALL ON DATABASE cdp FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE cdp TO cdp_app;
END
