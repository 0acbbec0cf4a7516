#!/bin/sh
# A night from cron: night.sh DIRECTORY [OPTION...] carries DIRECTORY/orders.csv, appends what is
# said to DIRECTORY/night.txt and ends with the program's exit code.
set -u

# What cron leaves out: where programs are, that names of files are UTF-8, and the language.
PATH=/usr/local/bin:$HOME/.cargo/bin:/usr/bin:/bin
LANG=${LANG:-C.UTF-8}
WDT_LANG=${WDT_LANG:-zh}
export PATH LANG WDT_LANG

directory=${1:?usage: night.sh DIRECTORY [OPTION...]}
shift
cd "$directory" || exit 2

{
    date
    wdt-flags run orders.csv --quiet --deadline 8h --give-up-after 2h \
        --report orders.html --log night.log "$@"
    code=$?
    echo "exit code $code"
} >> night.txt 2>&1

# 0 all in, 1 rows need a look, 2 nothing was sent, 3 stopped early, 4 time was up, 75 another run
# is at it. The program tells people itself (notify_url); cron mails what stands on standard error.
case $code in
    0 | 4 | 75) ;;
    *) tail -n 40 night.txt >&2 ;;
esac
exit "$code"
