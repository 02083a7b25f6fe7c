# SPDX-License-Identifier: MIT
# test: timeout=600 needs=debian
# Programs of Debian bookworm.
. "$TESTS/real/_lib.sh"
ROOT=$ROOT_DEBIAN
script() { # NAME SCRIPT
    same "$1" /bin/bash -c "$2"
}
same bin-true /bin/true
same echo /bin/echo hello world
same dash /bin/dash -c 'for i in 1 2 3; do echo $i; done; exit 4'
script bash 'a=(1 2 3); echo "${a[@]}"; diff <(seq 3) <(seq 4); coproc cat; echo x >&"${COPROC[1]}"; read -r y <&"${COPROC[0]}"; echo $y'
script coreutils 'seq 1 1000 | sort -R | sort -n | sha256sum; ls /bin/ | wc -l; stat -c "%F %a" /etc/passwd; nproc; date -u -d @0 +%F'
script coreutils-files 'cd $(mktemp -d); mkdir a; echo x >a/1; cp -a a b; ln -s 1 a/l; ls -1R .; mv b c; rm -r a; ls; touch -d @5 c/1; stat -c %Y c/1; truncate -s 1M big; du -b big; mkfifo p; stat -c %F p'
script find 'find /etc -name "*.conf" | sort | head -20; find /usr/bin -type l | wc -l'
script grep 'grep -r root /etc/passwd /etc/group; grep -c . /etc/services 2>/dev/null'
script sed-awk 'seq 1 50 | sed -n "s/5/five/p"; gawk "BEGIN { print strftime(\"%F\", 0, 1); for (i = 0; i < 3; i++) print i | \"sort -r\" }"'
script tar 'cd $(mktemp -d); tar -C / -cf - etc 2>/dev/null | tar -xf - 2>/dev/null; find etc -type f | wc -l; tar -C / -czf x.tgz usr/share/perl5; tar -tzf x.tgz | wc -l'
script python-hello 'python3 -c "import sys, os; print(sys.version_info[:2], os.getpid() > 0, os.cpu_count())"'
script python-subprocess 'python3 -c "
import subprocess
print(subprocess.run([\"sh\", \"-c\", \"echo out; exit 3\"], capture_output=True))
print(subprocess.check_output(\"seq 1 5 | tac\", shell=True))
p = subprocess.Popen([\"cat\"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(p.communicate(b\"x\" * 100000)[0].count(b\"x\"))"'
script python-threads 'python3 -c "
import threading, queue, concurrent.futures
q = queue.Queue()
threads = [threading.Thread(target=lambda i=i: q.put(i * i)) for i in range(50)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sum(q.get() for _ in range(50)))
with concurrent.futures.ThreadPoolExecutor(8) as e: print(sum(e.map(len, [\"ab\"] * 500)))"'
script python-multiprocessing 'python3 -c "
import multiprocessing
with multiprocessing.Pool(3) as p: print(p.map(abs, range(-5, 5)))"'
script python-asyncio 'python3 -c "
import asyncio
async def main():
    p = await asyncio.create_subprocess_exec(\"echo\", \"hi\", stdout=asyncio.subprocess.PIPE)
    print(await p.stdout.read(), await p.wait())
    await asyncio.gather(*[asyncio.sleep(0.01) for _ in range(100)])
asyncio.run(main())"'
script python-sockets 'python3 -c "
import socket, threading
s = socket.create_server((\"127.0.0.1\", 0))
def serve():
    c, _ = s.accept(); c.sendall(c.recv(100).upper()); c.close()
t = threading.Thread(target=serve); t.start()
c = socket.create_connection(s.getsockname()); c.sendall(b\"hello\"); print(c.recv(100)); t.join()
a, b = socket.socketpair(); a.send(b\"pair\"); print(b.recv(9))"'
script perl 'perl -e "my %h = map { \$_ => \$_ ** 2 } 1 .. 5; print join(\",\", map { \$h{\$_} } sort keys %h), \"\n\"; open my \$p, \"-|\", \"echo\", \"piped\"; print <\$p>; print fork() // -1 ? \"parent\n\" : \"\"; wait"'
script sqlite3 'cd $(mktemp -d); sqlite3 t.db "create table t(a, b); with recursive c(i) as (select 1 union all select i + 1 from c where i < 10000) insert into t select i, i * i from c; select count(*), sum(b) from t; pragma journal_mode=wal; update t set a = a + 1; pragma integrity_check;"'
script ps 'x=$(ps -e -o comm=); sort <<<"$x" | uniq -c; ps -p 1 -o pid=,ppid=,comm= | tr -s " " | sed "s/^ //"'
script procps 'free >/dev/null; echo $?; uptime >/dev/null; echo $?; top -b -n 1 >/dev/null; echo $?; pgrep -c bash'
script lsof 'exec 5</etc/passwd; lsof -p $$ -a -d 5 -Fn | tail -1'
script curl 'curl -s file:///etc/hostname -o /dev/null; echo $?; curl -s http://127.0.0.1:1/; echo $?'
script make 'cd $(mktemp -d); printf "all: a b\n\ta:\n" >/dev/null; printf "all: x y\n\t@echo all\nx y:\n\t@echo \$@\n" >Makefile; make -j2 | sort'
script xz 'seq 1 50000 | xz -T2 | xz -d | md5sum; seq 1 5000 | gzip -9 | zcat | md5sum'
script job-control 'set -m; sleep 30 & jobs; kill %1; wait %1; echo $?; (exit 3) & wait $!; echo $?'
script signals 'trap "echo term" TERM; kill -TERM $$; trap "echo exit" EXIT; bash -c "kill -SEGV \$\$"; echo $?'
script no-host-path 'cat /proc/self/maps | sed "s/.* //" | grep / | sort -u; readlink /proc/self/exe /proc/self/cwd /proc/self/root'
script identity 'id; cat /proc/self/status | grep -E "^(Name|PPid|Uid|Gid|Threads)"; echo $$'

# A server inside is reached from the host.
port=$((20000 + RANDOM % 20000))
"$CORACLE" run --rm --rootfs "$ROOT" /usr/bin/python3 -m http.server "$port" --bind 127.0.0.1 --directory /etc \
    </dev/null >"$WORK/server" 2>&1 &
server=$!
for _ in $(seq 100); do
    curl -s -o "$WORK/page" "http://127.0.0.1:$port/passwd" && break
    sleep 0.1
done
kill -KILL $server
wait $server 2>/dev/null
if cmp -s "$WORK/page" "$ROOT/etc/passwd"; then
    ok http-server
else
    not_ok http-server "$(cat "$WORK/server")"
fi
finish
