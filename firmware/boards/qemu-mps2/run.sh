#!/bin/sh
# Boots an image in QEMU. The serial console writes to standard output, the exit
# code is the program's.
#
# OOBWATCH_CONFIG  configuration image, loaded where the board's flash has it
# OOBWATCH_ONCE    if set, the program ends when each target has been checked once
# OOBWATCH_HANG    if set, the first start hangs until the watchdog resets the board
# OOBWATCH_PANIC   if set, the first start panics
# OOBWATCH_DEFMT   file for the defmt log (decode: defmt-print -e IMAGE < FILE)
# OOBWATCH_NIC     QEMU's network [user: 10.0.2.2 is this host's loopback]
# OOBWATCH_SERIAL  serial console elsewhere, both ways: telnet:127.0.0.1:PORT,server=on
#                  (with pty, QEMU's word on which goes to the log, in its first line)
# OOBWATCH_ICOUNT  if set, an instruction takes a nanosecond, as the guest sees it
# OOBWATCH_QEMU    more options for QEMU
set -eu
image=$1
config=${OOBWATCH_CONFIG:+-device loader,file=$OOBWATCH_CONFIG,addr=0x100000,force-raw=on}
# What the program writes by semihosting goes to QEMU's own standard output.
# shellcheck disable=SC2086
exec qemu-system-arm -M mps2-an386 -display none -monitor none \
    -chardev file,id=console,path=/dev/fd/3,append=on -serial "${OOBWATCH_SERIAL:-chardev:console}" \
    -semihosting-config "enable=on,target=native,arg=oobwatch${OOBWATCH_ONCE:+,arg=once}${OOBWATCH_HANG:+,arg=hang}${OOBWATCH_PANIC:+,arg=panic}" \
    -nic "${OOBWATCH_NIC:-user},model=lan9118" \
    ${config} ${OOBWATCH_ICOUNT:+-icount shift=0} ${OOBWATCH_QEMU:-} -kernel "$image" 3>&1 >"${OOBWATCH_DEFMT:-/dev/null}"
