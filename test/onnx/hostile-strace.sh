#!/bin/sh
# By hand, where strace is: which files are opened while hostile models with weights beside them are read. Prints those
# that are neither code, nor the runtime's own, nor in the model's folder; the list must be empty.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
modules=$(cd "$root/node_modules" && pwd -P)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/model/sub"
printf '\0\0\200\77\0\0\0\100' | tee "$folder/secret.bin" "$folder/model/w.bin" >"$folder/model/sub/w.bin"
ln -s ../secret.bin "$folder/model/link.bin"
ln -s .. "$folder/model/away"
mkfifo "$folder/model/pipe"
node=$("$modules/.bin/node" -p process.execPath)
strace -f -qq -e trace=open,openat,openat2,creat -o "$folder/trace" \
  "$node" "$root/test/onnx/hostile-child.ts" beside "$folder" >"$folder/ended"
grep -c '"end":"refused"' "$folder/ended" | sed 's/$/ models refused/'
grep -o '"[^"]*"' "$folder/trace" | tr -d '"' | sort -u |
  grep -v -e "^$root/" -e "^$root\$" -e "^$modules/" -e "^$folder/model/" -e "^$(dirname "$node")" \
    -e '^/etc/ld.so' -e '^/lib' -e '^/usr/lib' -e '^/etc/ssl/' \
    -e '^/proc/meminfo' -e '^/proc/self/cgroup' -e '^/proc/self/maps' -e '^/proc/version' -e '^/sys/' ||
  echo 'nothing else opened'
