#!/usr/bin/env python3
"""keydesk beside other terminal programs, in one run with interleaved rounds.

    FLOOR_TUI=floor-tui benches/peers.py SCRATCH DESK-1k DESK-100k DESK-1m

FLOOR_TUI is the program of benches/floor, a ratatui list that does nothing else; the desks were made by `fill`. TTYBENCH
names another copy of the harness ttybench.py. The others come from Debian: less tig fzf mc ncdu mutt htop btop. SCRATCH keeps what they are shown: a second run is quicker.
Prints the table of README.md; a program that is not there is left out and named.
"""
import json, os, pathlib, shutil, sqlite3, statistics, subprocess, sys

ROUNDS = int(os.environ.get("ROUNDS", "5"))
HERE = pathlib.Path(__file__).resolve().parent.parent
TTYBENCH = os.environ.get("TTYBENCH", str(HERE / "benches/ttybench.py"))
MOVES = ["--keys", "Down*40", "--keys", "PgDn*10", "--flood", "Down*300", "--wait-quiet", "300"]
SIGN_IN = ["--wait-text", "Sign in@20", "--wait-quiet", "150", "--type", "alice", "--keys", "Tab",
           "--type", "correct horse battery", "--keys", "Enter", "--wait-text", "Settings@20", "--wait-quiet", "300",
           "--keys", "Enter", "--wait-quiet", "200", "--press", "Enter=>kdb", "--wait-quiet", "300"]


def once(path, make):
    """What a program is shown, made the first time only: half-made things are not taken for whole ones."""
    if not path.exists():
        half = path.with_name(path.name + ".half")
        shutil.rmtree(half, ignore_errors=True)
        half.unlink(missing_ok=True)
        make(half)
        half.rename(path)
    return path


def lines(n):
    return lambda path: path.write_text("".join(f"{i:07} nightly-export-{i} active\n" for i in range(n)))


def folder(n):
    def make(path):
        path.mkdir()
        for i in range(n):
            (path / f"nightly-export-{i:07}").touch()
    return make


def commits(n):
    def make(path):
        subprocess.run(["git", "init", "-q", "-b", "main", path], check=True)
        feed = "".join(
            f"commit refs/heads/main\nmark :{i + 1}\ncommitter a <a@example.org> {1700000000 + i} +0000\n"
            f"data <<E\nnightly-export-{i}\nE\n" + (f"from :{i}\n" if i else "") + "\n" for i in range(n))
        subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=feed.encode(), check=True)
    return make


def mailbox(n):
    return lambda path: path.write_text("".join(
        f"From a@example.org Thu Jan  1 00:00:00 2026\nFrom: a@example.org\nSubject: nightly-export-{i}\n"
        f"Date: Thu, 1 Jan 2026 00:00:00 +0000\nMessage-ID: <{i}@example.org>\n\nx\n\n" for i in range(n)))


def rows(n):
    def make(path):
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE cred (id INTEGER PRIMARY KEY, key_id TEXT, name TEXT, env TEXT, status TEXT)")
            db.executemany("INSERT INTO cred VALUES (?, ?, ?, 'prod', 'active')",
                           ((i + 1, f"ak_{i:016x}", f"service-{i}") for i in range(n)))
    return make


def programs(scratch, desks):
    """(label, rows, command, steps before the moves, environment)"""
    sizes = [1_000, 100_000, 1_000_000]
    for n, desk in zip(sizes, desks):
        env = {"KEYDESK_DATA_DIR": f"{desk}/data", "KEYDESK_CONFIG": f"{desk}/etc/config.toml", "HOME": desk}
        yield "**keydesk**", n, [str(HERE / "target/release/keydesk")], SIGN_IN, env
    for n in sizes:
        db = once(scratch / f"rows-{n}.db", rows(n))
        yield "floor: ratatui, keyset pages", n, [os.environ["FLOOR_TUI"], "0", "--db", str(db)], [], {}
        text = once(scratch / f"lines-{n}", lines(n))
        yield "less", n, ["less", str(text)], [], {}
        yield "fzf", n, ["fzf", "--layout=reverse"], [], {"FZF_DEFAULT_COMMAND": f"cat {text}"}
        yield "tig", n, ["env", "-C", str(once(scratch / f"git-{n}", commits(n))), "tig"], [], {}
        if n <= 100_000:
            many = once(scratch / f"dir-{n}", folder(n))
            yield "mc", n, ["mc", "-u", "-d", str(many)], [], {"HOME": str(scratch)}
            yield "ncdu", n, ["ncdu", str(many)], [], {}
        if n <= 1_000:
            mail = once(scratch / f"mail-{n}", mailbox(n))
            bare = ["-n", "-F", "/dev/null", "-e", f"set folder={scratch}"]
            yield "mutt", n, ["mutt", *bare, "-R", "-f", str(mail)], [], {}
    for name in ("htop", "btop"):
        yield name, 0, [name], [], {"LANG": "C.UTF-8"}


def play(scratch, program, idle):
    """One round of one program; the idle seconds are played in the first round only."""
    label, n, command, before, env = program
    out = scratch / "last.json"
    steps = (before or ["--wait-quiet", "400"]) + (MOVES if n else [])
    steps += (["--idle", "10"] if idle else []) + ["--mem", "end"]
    flags = [flag for key, value in env.items() for flag in ("--env", f"{key}={value}")]
    done = subprocess.run(
        [sys.executable, TTYBENCH, "run", "--name", label, "--size", "80x24", "--runs", "1", "--clean-env", *flags,
         *steps, "--json", out, "--exit", "kill", "--", *command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{label}: {done.stdout}{done.stderr}")
    return json.loads(out.read_text())["median"]


def figures(run):
    """What the table says of one round."""
    found = {"start": run["start"]["first_frame_ms"]}
    for step in run["steps"]:
        match step["step"], step.get("arg"):
            case "keys", arg if step.get("change_us") is None:
                print(f"\n{arg}: nothing moved", file=sys.stderr)
            case "keys", "Down*40":
                found |= {"down": step["change_us"]["p50"], "down_bytes": step["bytes_per_key"]["p50"]}
            case "keys", "PgDn*10":
                found |= {"page_bytes": step["bytes_per_key"]["p50"]}
            case "flood", _:
                found |= {"flood": step["settle_ms"], "flood_bytes": step["bytes"]}
            case "idle", _:
                found |= {"cpu": step["cpu_ms"], "wakes": step["wakeups_per_s"], "idle_bytes": step["bytes"]}
            case "mem", _:
                found |= {"rss": step["tree"]["rss_kib"] / 1024, "peak": step["hwm_kib"] / 1024}
    return found


COLUMNS = [("start", "exec → frame, ms", 1), ("down", "Down, µs", 0), ("down_bytes", "bytes per Down", 0),
           ("page_bytes", "bytes per PgDn", 0), ("flood", "300 Downs at once, ms", 1), ("flood_bytes", "… bytes", 0),
           ("cpu", "idle 10 s: CPU, ms", 1), ("wakes", "… wake-ups a second", 1), ("idle_bytes", "… bytes", 0),
           ("rss", "RSS, MiB", 1), ("peak", "peak, MiB", 1)]


def main():
    scratch = pathlib.Path(sys.argv[1])
    scratch.mkdir(parents=True, exist_ok=True)
    all_of_them = list(programs(scratch, sys.argv[2:]))
    here = [p for p in all_of_them if shutil.which(p[2][-1] if p[2][0] == "env" else p[2][0])]
    for missing in sorted({p[0] for p in all_of_them} - {p[0] for p in here}):
        print(f"{missing}: not on this machine", file=sys.stderr)
    rounds = [[] for _ in here]
    for number in range(ROUNDS):
        for kept, program in zip(rounds, here):
            kept.append(figures(play(scratch, program, idle=number == 0)))
            print(f"\rround {number + 1} of {ROUNDS}: {program[0]} {program[1]}        ", end="", file=sys.stderr)
    print(file=sys.stderr)
    print("| program | rows | " + " | ".join(title for _, title, _ in COLUMNS) + " |")
    print("| --- | --- |" + " --- |" * len(COLUMNS))
    for kept, (label, n, *_) in zip(rounds, here):
        cells = []
        for key, _, digits in COLUMNS:
            seen = [run[key] for run in kept if run.get(key) is not None]
            cells.append(f"{statistics.median(seen):,.{digits}f}" if seen else "")
        print(" | ".join([f"| {label}", f"{n:,}" if n else "", *cells]) + " |")


main()
