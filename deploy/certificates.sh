#!/bin/sh
# Make what Dask's processes show each other, in the folder that is named, unless it is
# there and good for another week. The commands are those of docs/scaling.md; the key of
# the authority goes away, so nobody else can ever be signed.
set -eu
umask 077
cd "$1"
if [ -s member.pem ] && openssl x509 -checkend 604800 -noout -in member.pem; then
    exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj "/CN=kansrijk engine" -keyout "$work/ca.key" -out "$work/ca.pem"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj "/CN=member" -keyout "$work/member.key" -out "$work/member.csr"
openssl x509 -req -in "$work/member.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" \
    -CAcreateserial -days 30 -out "$work/member.crt"
cat "$work/member.crt" "$work/member.key" > member.pem
cp "$work/ca.pem" ca.pem
