#!/bin/sh
# Prints random secrets for compose.yaml: sh compose/create-env.sh > .env
set -eu
random() { openssl rand -base64 32; }
echo "HEADGATE_MASTER_KEY=$(random)"
echo "POSTGRES_PASSWORD=$(openssl rand -hex 24)"
echo "STORE_SECRET_KEY=$(openssl rand -hex 24)"
# Client secrets of Headgate are 32 random bytes in base64url.
echo "TRINO_SECRET=$(random | tr '+/' '-_' | tr -d '=')"
