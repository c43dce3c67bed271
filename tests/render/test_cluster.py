"""Films made by the workers of a Dask scheduler: a real one, on loopback, whose processes are
really killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gptviz.errors import UsageError
from gptviz.render.address import check_address
from tests import small_gpt2
from tests.render.test_job import leftovers, until
from tests.toy import ROOT, TINY, Toy, as_folder, build, copy_package, row

pytest.importorskip("distributed")

FILMS = ("tiny", "second", "third", "fourth")


@dataclass
class Machines:
    """A scheduler and its workers, each a process with its children; the first worker is not
    started again."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]
    folder: Path

    def drawing(self, worker: int | None = None) -> bool:
        """Whether a process of a job is at work, on any worker or on one."""
        place = self.folder / ("" if worker is None else f"worker-{worker}")
        run = subprocess.run(
            ["ps", "-ww", "-e", "-o", "stat=", "-o", "args="],
            capture_output=True,
            text=True,
            check=True,
        )
        return any(
            "gptviz.render.worker" in line and str(place) in line and line[0] != "Z"
            for line in run.stdout.splitlines()
        )


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("machines")
    environment = {
        **os.environ,
        "PYTHONPATH": str(package),
        "PYTHONWARNINGS": "",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s",
    }
    told = folder / "scheduler.json"
    with contextlib.ExitStack() as stack:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            log = stack.enter_context(
                (folder / f"{arguments[0]}-{Path(arguments[-1]).name}.log").open("wb")
            )
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(stop, process)
            return process

        scheduler = start(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(told),
        )
        assert until(lambda: told.exists() and bool(told.read_text()))
        address = str(json.loads(told.read_text())["address"])
        workers = [
            start(
                "worker",
                address,
                "--host",
                "127.0.0.1",
                "--nthreads",
                "1",
                "--no-dashboard",
                nanny,
                "--local-directory",
                str(folder / f"worker-{number}"),
                "--name",
                str(number),
            )
            for number, nanny in enumerate(("--no-nanny", "--nanny"))
        ]
        yield Machines(address, scheduler, workers, folder)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a process with its children, first those who start others again."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)


@pytest.fixture
def four(tmp_path: Path, package: Path) -> Toy:
    return with_four_films(build(tmp_path / "project", package))


def with_four_films(toy: Toy) -> Toy:
    for name in FILMS[1:]:
        toy.scene(name).write_text(
            TINY.replace("class Tiny", f"class {name.title()}").replace(
                "shift([1, 0, 0])", f"shift([{len(name)} / 5, 0, 0])"
            )
        )
        toy.store.write("big", name, "row", row())
    return toy


def published(toy: Toy) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (toy.videos / "default" / "l").iterdir()}


def ask(toy: Toy, machines: Machines, *films: str) -> tuple[str, ...]:
    return ("render", *films, "--quality", "l", "--scheduler", machines.address)


@pytest.mark.slow
def test_another_gptviz_is_refused(machines: Machines, tmp_path: Path) -> None:
    toy = build(tmp_path / "project", copy_package(tmp_path))
    caption = toy.package / "gptviz" / "film" / "caption.py"
    caption.write_text(caption.read_text() + "\n# changed\n")
    run = toy.run(*ask(toy, machines, "other"))
    assert run.code == 1 and "has another gptviz" in run.err and "its sources are others" in run.err
    assert not toy.videos.exists() and not leftovers(toy)


@pytest.mark.slow
def test_the_same_recordings_as_here(machines: Machines, toy: Toy) -> None:
    """Both models are folders that no worker has: they go with the job."""
    shutil.copytree(ROOT / "gptviz" / "models" / "bundled" / "mini", toy.root / "own")
    small_gpt2.write(toy.root / "second")
    compared(toy)
    for options in (
        ["--recordings", "here"],
        ["--recordings", "there", "--scheduler", machines.address],
    ):
        run = toy.run("record", "tiny", "--model", "own", "--other", "second", *options)
        assert run.code == 0, run.err
    here, there = (
        {
            str(path.relative_to(toy.root / place)): path.read_bytes()
            for path in (toy.root / place).rglob("*")
            if path.is_file()
        }
        for place in ("here", "there")
    )
    assert here == there
    assert {name for name in here if name.endswith(".json")} == {
        "own/tiny/row.json",
        "own-beside-second/tiny/pair.json",
    }


def compared(toy: Toy) -> None:
    """Gives the toy's film a need that compares two models."""
    source = toy.scene("tiny").read_text()
    line = '    row = Need(NextToken(prompt="One day a little", top=3), main=True)\n'
    pair = '    pair = Need(ModelPair(prompt="One day a little", other_model="mini"))\n'
    toy.scene("tiny").write_text(
        source.replace(line, line + pair).replace("import NextToken", "import ModelPair, NextToken")
    )


@pytest.mark.slow
def test_a_worker_is_killed_and_all_films_arrive(
    machines: Machines, four: Toy, tmp_path: Path
) -> None:
    local = with_four_films(build(tmp_path / "local", four.package))
    for toy in (local, four):
        as_folder(toy, "other")
    films = (*FILMS, "other")
    run = local.run("render", *films, "--quality", "l", "--jobs", "2")
    assert run.code == 0, run.err
    with four.start(*ask(four, machines, *films)) as process:
        assert until(lambda: machines.drawing(0) or process.poll() is not None)
        machines.workers[0].kill()
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.count("rendered") == len(films) and not err
    assert published(four) == published(local) and len(published(four)) == 5 * len(films)
    assert not leftovers(four)
    assert until(lambda: not machines.drawing(), 10), "a job outlived its worker"


@pytest.mark.slow
def test_a_film_s_own_error_and_interruption_are_as_here(machines: Machines, toy: Toy) -> None:
    toy.scene("broken").write_text(
        toy.scene("other")
        .read_text()
        .replace("self.wait(0.2)", "1 / 0")
        .replace("class Other", "class Broken")
    )
    here, there = (
        toy.run("render", "broken", "--quality", "l"),
        toy.run(*ask(toy, machines, "broken")),
    )
    assert there.code == 1 and there.err == here.err and "ZeroDivisionError" in there.err
    toy.scene("endless").write_text(
        toy.scene("other")
        .read_text()
        .replace("wait(0.2)", "wait(100000)")
        .replace("class Other", "class Endless")
    )
    with toy.start(*ask(toy, machines, "endless")) as process:
        assert until(lambda: machines.drawing() or process.poll() is not None)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err
    assert until(lambda: not machines.drawing(), 10), (
        "the worker goes on with what nobody waits for"
    )
    assert not toy.videos.exists() and not leftovers(toy)


@pytest.mark.slow
def test_what_kills_two_workers_is_given_up(machines: Machines, toy: Toy, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    toy.scene("killer").write_text(
        "import os\n"
        + toy.scene("other")
        .read_text()
        .replace(
            "self.wait(0.2)", f"open({str(begun)!r}, 'a').write('.'); os.kill(os.getppid(), 9)"
        )
        .replace("class Other", "class Killer")
    )
    run = toy.run(*ask(toy, machines, "killer"))
    assert run.code == 1 and "2 workers died" in run.err and "Traceback" not in run.err
    assert begun.read_text() in ("..", "..."), (
        "it was begun again and again; the third is noticed when it begins"
    )
    assert not toy.videos.exists() and not leftovers(toy)


@pytest.mark.slow
def test_the_scheduler_is_killed(machines: Machines, toy: Toy) -> None:
    toy.scene("endless").write_text(
        toy.scene("other")
        .read_text()
        .replace("wait(0.2)", "wait(100000)")
        .replace("class Other", "class Endless")
    )
    with toy.start(*ask(toy, machines, "other", "endless", "tiny")) as process:
        assert until(lambda: machines.drawing() or process.poll() is not None)
        began = time.monotonic()
        machines.scheduler.kill()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and time.monotonic() - began < 15
    assert f"the Dask scheduler at {machines.address} is gone" in err and "Traceback" not in err
    assert not list(toy.videos.rglob("endless*")) and not leftovers(toy)
    assert until(lambda: not machines.drawing(), 30), "the worker goes on without its scheduler"


def test_a_scheduler_that_is_not_there(toy: Toy) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        began = time.monotonic()
        run = toy.run("render", "other", "--quality", "l", "--scheduler", address)
    assert run.code == 1 and run.err.startswith(f"gptviz: no Dask scheduler answers at {address}")
    assert time.monotonic() - began < 20 and not (toy.root / "media").exists()


@pytest.mark.parametrize(
    "address",
    [
        "tcp://10.0.0.5:8786",
        "10.0.0.5:8786",
        "tcp://[2001:db8::1]:8786",
        "tcp://0.0.0.0:1",
        "tcp://no-such-host.invalid:8786",
        "http://127.0.0.1:8786",
        "tcp://127.0.0.1",
        "",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:1/x",
        "inproc://127.0.0.1:1",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_address(address)


def test_other_machines_only_with_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    import dask

    assert check_address("localhost:8786") == "tcp://localhost:8786"
    assert check_address("tcp://[::1]:8786") == "tcp://[::1]:8786"
    with (
        dask.config.set({"distributed.comm.tls": {"ca-file": None, "client": {"cert": None}}}),
        pytest.raises(
            UsageError, match=r"lacks distributed\.comm\.tls\.ca-file and \.client\.cert"
        ),
    ):
        check_address("tls://10.0.0.5:8786")
    with dask.config.set(
        {"distributed.comm.tls.ca_file": "ca.pem", "distributed.comm.tls.client.cert": "my.pem"}
    ):
        assert check_address("tls://10.0.0.5:8786") == "tls://10.0.0.5:8786"
