# SPDX-License-Identifier: MIT
# test: timeout=600
# The applets of busybox, in the root filesystem that comes with Coracle.
. "$TESTS/real/_lib.sh"
ROOT=$WORK/root
cp -R "$TREE/share/coracle/images/busybox" "$ROOT"
applet() { # NAME SCRIPT
    same "$1" /bin/sh -c "$2"
}
applet ash 'i=0; while [ $i -lt 5 ]; do echo $((i * i)); i=$((i + 1)); done; false || echo "status $?"'
applet pipes 'seq 1 1000 | grep 7 | wc -l; (echo a; exit 3) | cat; echo $?'
applet background 'sleep 0.1 & wait $!; echo $?; trap "echo usr1" USR1; kill -USR1 $$; echo after'
applet here-document 'cat <<END
one
two
END'
applet awk 'seq 1 100 | awk "{ s += \$1 } END { print s, NR }"'
applet base64 'echo hello | base64 | base64 -d'
applet basename-dirname 'basename /a/b.c .c; dirname /a/b.c'
applet bc 'echo "2^100" | bc'
applet cat-tac 'seq 1 5 >/tmp/s; cat /tmp/s; tac /tmp/s'
applet chmod 'echo x >/tmp/m; chmod 4751 /tmp/m; stat -c %a /tmp/m; chmod go-rwx /tmp/m; ls -l /tmp/m | cut -c1-10'
applet cmp-diff 'echo a >/tmp/a; echo b >/tmp/b; cmp /tmp/a /tmp/b; diff /tmp/a /tmp/b; echo $?'
applet cp-mv 'echo x >/tmp/1; cp /tmp/1 /tmp/2; mv /tmp/2 /tmp/3; cat /tmp/3; test -e /tmp/2; echo $?'
applet cut-tr 'echo a:b:c | cut -d: -f2 | tr a-z A-Z'
applet date 'TZ=UTC date -d @86400 "+%F %T"'
applet dd 'dd if=/dev/zero bs=1024 count=64 2>/dev/null | md5sum'
applet df 'df / >/dev/null; echo $?'
applet du 'mkdir -p /tmp/d; du -s /tmp/d >/dev/null; echo $?'
applet env 'env -i A=1 B=2 env | sort'
applet expr 'expr 6 \* 7; expr abc : a; test 1 -lt 2; echo $?'
applet find 'mkdir -p /tmp/f/a/b; touch /tmp/f/a/x /tmp/f/a/b/y; find /tmp/f | sort; find /tmp/f -type f -name y'
applet grep 'printf "a1\nb2\na3\n" | grep -c a; printf "a\n" | grep -q b; echo $?'
applet gzip 'seq 1 2000 | gzip | gunzip | md5sum; seq 1 2000 | bzip2 | bunzip2 | md5sum'
applet head-tail 'seq 1 100 | head -n 3; seq 1 100 | tail -n 2'
applet hostname 'hostname; uname -s; uname -m'
applet id 'id -u; id -g; whoami'
applet kill 'sleep 100 & kill -9 $!; wait $!; echo $?'
applet ln-readlink 'touch /tmp/t; ln -sf t /tmp/l; readlink /tmp/l; readlink -f /tmp/l; ln -f /tmp/t /tmp/h; stat -c %h /tmp/t'
applet ls 'mkdir -p /tmp/ls; cd /tmp/ls; touch b a c; ls; ls -1r; ls /bin | wc -l'
applet mkdir-rmdir 'mkdir -p /tmp/q/w/e; rmdir /tmp/q/w/e; ls /tmp/q/w; rm -r /tmp/q; ls -d /tmp/q; echo $?'
applet mkfifo 'rm -f /tmp/ff; mkfifo /tmp/ff; (echo through >/tmp/ff &); cat /tmp/ff; rm /tmp/ff'
applet mktemp 'f=$(mktemp); test -f "$f"; echo $?; stat -c %a "$f"; rm "$f"'
applet nice 'nice -n 5 nice'
applet nproc 'nproc'
applet od-hexdump 'printf "hello" | od -c; printf "hello" | hexdump -C; printf hi | xxd'
applet printf-seq 'printf "%05d|%s\n" 42 x; seq -s , 1 2 9'
applet proc 'cat /proc/self/comm; cat /proc/self/cmdline | tr "\0" " "; ls /proc/self/fd | wc -l; cat /proc/1/comm'
applet ps 'ps -o pid,comm'
applet pwd-cd 'cd /usr/bin && pwd; cd .. && pwd; cd /nowhere; echo $?'
applet sed 'echo hello world | sed -e "s/o/0/g" -e "s/^/> /"; seq 1 5 | sed -n 2,3p'
applet setsid 'setsid sh -c "echo in a new session"; echo $?'
applet sha256sum 'seq 1 1000 | sha256sum; seq 1 1000 | sha1sum; seq 1 1000 | md5sum; seq 1 1000 | cksum'
applet sort-uniq 'printf "b\na\nb\nc\n" | sort | uniq -c; printf "10\n9\n" | sort -n'
applet split 'cd /tmp && seq 1 100 | split -l 30 - part. && ls part.* && wc -l part.aa'
applet stat 'stat -c "%F %s %a" /bin/busybox /tmp /dev/null /etc/passwd'
applet tar 'mkdir -p /tmp/tt/x; echo 1 >/tmp/tt/x/1; ln -sf 1 /tmp/tt/x/l; tar -C /tmp -cf /tmp/o.tar tt; tar -tf /tmp/o.tar | sort; mkdir -p /tmp/out; tar -C /tmp/out -xf /tmp/o.tar; ls -1 /tmp/out/tt/x'
applet tee-wc 'echo hello | tee /tmp/tee | wc -c; cat /tmp/tee'
applet timeout 'timeout 0.2 sleep 5; echo $?; timeout 5 true; echo $?'
applet touch 'touch -d "2001-02-03 04:05:06" /tmp/tm; TZ=UTC stat -c %Y /tmp/tm'
applet tty 'tty; echo $?'
applet vi-less 'echo x | less; echo $?'
applet xargs 'seq 1 6 | xargs -n 2 echo; seq 1 4 | xargs -P 2 -n 1 true; echo $?'
applet exit-status 'exit 42'
applet killed 'kill -TERM $$'
applet nested 'sh -c "sh -c \"sh -c \\\"echo deep; exit 7\\\"; echo \$?\""'
applet many-children 'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i + 1)); done; echo done'
finish
