# SPDX-License-Identifier: MIT
# test: timeout=300 needs=debian
# Programs of Debian that read /proc, /dev and /sys: what they print of the container must be what they print natively.
. "$TESTS/real/_lib.sh"
ROOT=$ROOT_DEBIAN
script() { # NAME SCRIPT
    same "$1" /bin/bash -c "$2"
}
script ps-all 'sleep 20 & sleep 0.3; ps -eo user,group,ppid:2,tpgid:2,nlwp:2,comm,args; kill %1'
script ps-aux 'sleep 20 & sleep 0.3; ps aux >/tmp/ps.out; awk "{ print \$1, \$7, \$11, \$12 }" /tmp/ps.out; kill %1'
script ps-threads 'python3 -c "
import threading, time, subprocess
[threading.Thread(target=time.sleep, args=(2,), daemon=True).start() for i in range(3)]
time.sleep(.2)
print(subprocess.run(\"ps -eLo nlwp,comm; ls /proc/\$PPID/task | wc -l\", shell=True, capture_output=True, text=True).stdout)"'
script pgrep 'sleep 20 & sleep 20 & sleep 0.3; pgrep -c sleep; pgrep -P $$ -l >/tmp/pgrep.out; cut -d" " -f2 /tmp/pgrep.out; pidof sleep | wc -w; pkill sleep; wait; pgrep -c sleep'
script pstree 'sleep 20 & (sleep 20; true) & sleep 0.2; pstree -a; kill $(pgrep sleep)'
script top 'top -b -n1 | awk "NR > 7 { print \$2, \$3, \$4, \$NF } /^Tasks/"'
script free 'free | awk "{ print \$1, NF }"; free -b | awk "/Mem/ { print \$2 }"'
script uptime 'uptime -s | cut -c1-10; cut -d" " -f1 /proc/uptime | cut -d. -f1 | awk "{ print (\$1 > 0) }"'
script vmstat 'vmstat | head -2; vmstat -s | wc -l'
script lsof 'cd /usr; exec 5</etc/passwd 6>/tmp/lsof.out 7<>/dev/zero; sleep 20 8<&5 & sleep 0.2; lsof -p $!,$$ -a -d cwd,rtd,txt,5-9 -Ffatn | grep -v ^p; kill $!'
script fuser 'exec 5>/tmp/held; fuser /tmp/held 2>/dev/null; sleep 20 & sleep 0.2; fuser -v /tmp/held >/tmp/fuser.out 2>&1; awk "{ print \$NF, \$(NF-1) }" /tmp/fuser.out; kill $!'
script pmap 'pmap $$ | awk "{ print \$NF }" | grep -E "bash|libc|ld-|stack" | sort | uniq -c; pmap -X $$ | tail -2 | head -1 | tr -d " ="'
script pwdx 'cd /var; sleep 20 & sleep 0.2; pwdx $! | cut -d: -f2; kill $!'
script prlimit 'ulimit -n 77; sleep 20 & sleep 0.2; prlimit -p $! -n --noheadings -o SOFT; grep "open files" /proc/$!/limits; kill $!'
script nice 'nice -n 5 sleep 20 & sleep 0.2; ps -o ni= -p $!; renice -n 7 $! | sed "s/^[0-9]*//"; cut -d" " -f19 /proc/$!/stat; kill $!'
script tty 'tty; script -qc "tty | cut -c1-9; ps -o tty= | cut -c1-4 | uniq; stat -Lc %t /proc/self/fd/0" /dev/null </dev/null'
script devices 'stat -c "%n %F %t:%T %a" /dev/{null,zero,full,random,urandom,tty}; echo x >/dev/full; echo $?; head -c 4 /dev/zero | od -An -tx1; head -c 9 /dev/urandom | wc -c; echo y >/dev/null; echo z >/dev/stderr'
script dev-fd 'echo a | cat /dev/stdin /dev/fd/3 3<<<b; cat <(echo c); ls -l /dev/fd | wc -w'
script mounts 'awk "{ print \$2, \$3 }" /proc/mounts | grep -E "^/(proc|sys|dev/pts|dev/shm) "; mountpoint /proc /dev/shm | cat; mountpoint -q /etc; echo $?; findmnt -no FSTYPE /proc; df --output=target /dev/shm | tail -1'
script cpus 'nproc; nproc --all; lscpu | grep -E "^(Architecture|CPU\(s\)|Model name|L1d|NUMA)"; ls -d /sys/devices/system/cpu/cpu[0-9]* | wc -l; getconf -a | grep NPROC'
script sysctl 'sysctl kernel.ostype kernel.osrelease kernel.hostname vm.overcommit_memory fs.pipe-max-size net.core.somaxconn; cat /proc/sys/kernel/random/uuid | wc -c'
script identity 'cat /proc/self/{uid_map,gid_map,setgroups,loginuid} | wc -w; grep -E "^(Uid|Gid|Groups|Threads|Umask)" /proc/self/status'
script magic-links 'cd /; ls -l /proc/self/exe | sed "s/.* -> //"; cd /proc/self/cwd/etc && pwd; cat /proc/$$/root/etc/hostname >/dev/null; echo $?; exec 9</etc/passwd; head -c 4 /proc/$$/fd/9; echo; cat /proc/self/fd/7 7<<<deleted; (cd /proc/$$/fd && readlink 9)'
script cmdline 'tr "\0" " " </proc/self/cmdline; echo; A=b grep -cz ^A=b /proc/self/environ; cat /proc/self/comm; exec -a other bash -c "tr \"\\0\" \" \" </proc/\$\$/cmdline; cat /proc/\$\$/comm"'
script wait-states 'sleep 20 & sleep 0.2; kill -STOP $!; sleep 0.2; ps -o stat= -p $!; kill -CONT $!; sleep 0.2; ps -o stat= -p $!; kill $!; sleep 0.2; grep State /proc/$!/status; wait $!; ls -d /proc/$! 2>&1 | sed "s/[0-9]//g"'
script python-os 'python3 -c "
import os, resource, socket
print(os.cpu_count(), len(os.sched_getaffinity(0)), os.getlogin() if 0 else 1)
print(sorted(os.listdir(\"/proc/self/fd\")))
print(socket.if_nameindex()[0])
print(os.readlink(\"/proc/self/fd/0\"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 1000)"'
finish
