#!/bin/sh
# Boots an image in QEMU. The serial console is on standard output, the exit
# code is the program's.
#
# OOBWATCH_CONFIG  configuration image, loaded where the board's flash has it
# OOBWATCH_DEFMT   file for the defmt log (decode: defmt-print -e IMAGE < FILE)
# OOBWATCH_NIC     QEMU's network options [user: 10.0.2.2 is this host's loopback]
# OOBWATCH_QEMU    more options for QEMU
set -eu
image=$1
config=${OOBWATCH_CONFIG:+-device loader,file=$OOBWATCH_CONFIG,addr=0x100000,force-raw=on}
# shellcheck disable=SC2086
exec qemu-system-arm -M mps2-an386 -display none -monitor none -serial stdio \
    -chardev "file,id=defmt,path=${OOBWATCH_DEFMT:-/dev/null}" \
    -semihosting-config enable=on,target=native,chardev=defmt \
    -nic "${OOBWATCH_NIC:-user},model=lan9118" \
    ${config} ${OOBWATCH_QEMU:-} -kernel "$image"
