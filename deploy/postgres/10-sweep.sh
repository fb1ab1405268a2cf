#!/bin/sh
# Runs once, when the container's PostgreSQL makes its data (docker-entrypoint-initdb.d): the database, the roles that log in, and TLS.
# Their passwords come from files: SWEEP_OWNER_PASSWORD_FILE, SWEEP_WORKER_PASSWORD_FILE, SWEEP_READER_PASSWORD_FILE (/run/secrets/sweep_owner_password, …).
# In a subshell: an entrypoint that reads this file instead of running it keeps its own settings.
(
    set -eu
    secrets=/run/secrets
    export SWEEP_OWNER_PASSWORD_FILE="${SWEEP_OWNER_PASSWORD_FILE:-$secrets/sweep_owner_password}"
    export SWEEP_WORKER_PASSWORD_FILE="${SWEEP_WORKER_PASSWORD_FILE:-$secrets/sweep_worker_password}"
    export SWEEP_READER_PASSWORD_FILE="${SWEEP_READER_PASSWORD_FILE:-$secrets/sweep_reader_password}"
    # The server's own certificate and key, as the server will read them.
    certificates="${SWEEP_CERTIFICATES:-/certificates}"
    rules="${SWEEP_HBA_FILE:-/docker-entrypoint-initdb.d/pg_hba.conf}"

    for file in "$SWEEP_OWNER_PASSWORD_FILE" "$SWEEP_WORKER_PASSWORD_FILE" "$SWEEP_READER_PASSWORD_FILE" "$certificates/tls.crt" "$certificates/tls.key" "$rules"; do
        [ -s "$file" ] && [ -r "$file" ] || { echo "sweep: found $file, which is missing, empty or not readable by $(id -un)." >&2; exit 1; }
    done

    # psql reads the passwords itself: they appear in no command line, and nothing of this is logged.
    psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres -v certificates="$certificates" <<'SQL'
set log_statement = 'none';
set log_min_error_statement = 'panic';
set password_encryption = 'scram-sha-256';
\set owner_password `sed -e 's/\r$//' -e 1q "$SWEEP_OWNER_PASSWORD_FILE"`
\set worker_password `sed -e 's/\r$//' -e 1q "$SWEEP_WORKER_PASSWORD_FILE"`
\set reader_password `sed -e 's/\r$//' -e 1q "$SWEEP_READER_PASSWORD_FILE"`

create role sweep_reader login password :'reader_password';
create role sweep_worker login password :'worker_password' in role sweep_reader;
create role sweep_owner login password :'owner_password' in role sweep_worker;

create database sweep owner sweep_owner;
revoke all on database sweep from public;
grant connect on database sweep to sweep_reader;

alter system set ssl = on;
alter system set ssl_min_protocol_version = 'TLSv1.3';
alter system set password_encryption = 'scram-sha-256';
select format('alter system set ssl_cert_file = %L', :'certificates' || '/tls.crt') \gexec
select format('alter system set ssl_key_file = %L', :'certificates' || '/tls.key') \gexec

\connect sweep
revoke all on schema public from public;
grant usage on schema public to sweep_reader;
SQL

    # The server that runs now is stopped next, and the one that stays reads both.
    cp "$rules" "$PGDATA/pg_hba.conf"
)
