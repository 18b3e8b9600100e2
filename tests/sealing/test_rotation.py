"""Rotation of ten thousand keys: fast, online, and finished by the next run after a kill -9."""

import multiprocessing
import os
import random
import threading
import time

import pytest

from portal.extensions import db, transaction, vault
from portal.keyring import Register
from portal.keystore import KeyStore
from portal.vault import Vault
from tests.conftest import _postgres_answers, scratch_postgres

OLD, NEW = os.urandom(32), os.urandom(32)
PEOPLE = 10_000
SPARE = 15
KILLS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'keys.sqlite'}"
        return
    if not _postgres_answers():
        pytest.skip("no PostgreSQL answers at TEST_POSTGRES_URL")
    with scratch_postgres(f"portal_keys_{tmp_path.name}") as fresh:
        yield fresh.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def store(url):
    kept = KeyStore(url)
    yield kept
    kept.close()


@pytest.fixture
def people(app, store):
    """Ten thousand people under the old key, and a value of each."""
    sealing = Vault({"k1": OLD}, store, Register())
    refs = [f"TL-{number:05}" for number in range(PEOPLE)]
    with sealing.holding(refs):
        sealed = {ref: sealing.seal("a", ref, person=ref) for ref in refs}
    db.session.commit()
    return sealed


def opened(store, people) -> int:
    sealing = Vault({"k2": NEW, "k1": OLD}, store, Register())
    with sealing.holding(people):
        return sum(sealing.open("a", text) == ref for ref, text in people.items())


@pytest.mark.real_time
def test_ten_thousand_keys_are_rotated_in_moments_while_others_write(app, store, people):
    writing, written, stop = Vault({"k2": NEW, "k1": OLD}, store, Register()), {}, threading.Event()

    def serve() -> None:
        with app.app_context():
            while not stop.is_set():
                ref = f"TL-W{len(written)}"
                with transaction():
                    written[ref] = writing.seal("a", ref, person=ref)
                assert writing.open("a", written[ref]) == ref
            db.session.remove()

    server = threading.Thread(target=serve)
    server.start()
    start = time.perf_counter()
    done, stuck = Vault({"k2": NEW, "k1": OLD}, store, Register()).rotate()
    seconds = time.perf_counter() - start
    stop.set()
    server.join()
    assert (done >= PEOPLE, stuck) == (True, 0)
    assert seconds < 10, "about half a second on an idle machine"
    assert set(store.counts()) == {"k2"}
    assert len(written) > 0
    assert opened(store, people | written) == PEOPLE + len(written)


def rotate(url: str, new: bytes, old: bytes) -> None:
    Vault({"k2": new, "k1": old}, KeyStore(url), Register()).rotate()


@pytest.mark.real_time
def test_rotation_that_is_killed_at_any_moment_is_finished_by_the_next(store, people, url):
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    left, halves = store.counts()["k1"], 0
    for _ in range(KILLS):
        run = processes.Process(target=rotate, args=(url, NEW, OLD))
        run.start()
        while run.is_alive() and store.counts().get("k1", 0) == left:
            time.sleep(0.001)
        time.sleep(random.random() * 0.02)  # noqa: S311
        run.kill()
        run.join()
        counts = store.counts()
        assert sum(counts.values()) == PEOPLE + SPARE
        left = counts.get("k1", 0)
        halves += 0 < left < PEOPLE
        assert opened(store, people) == PEOPLE
    assert halves > 0
    Vault({"k2": NEW, "k1": OLD}, store, Register()).rotate()
    assert dict(store.counts()) == {"k2": PEOPLE + SPARE}


def test_threads_that_seal_for_one_new_person_agree_on_a_key(app, store):
    sealing, found, faults = Vault({"k1": OLD}, store, Register()), [], []

    def seal() -> None:
        with app.app_context():
            try:
                with transaction():
                    found.append(sealing.seal("a", "x", person="TL-ADA"))
            except Exception as error:  # noqa: BLE001
                faults.append(error)
            db.session.remove()

    threads = [threading.Thread(target=seal) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [text for text in found if text.partition(".")[0] == found[0].partition(".")[0]]
    assert (len(kept), faults) == (8, [])


def test_key_store_on_either_database_forgets_and_sweeps(store, app):
    sealing = Vault({"k1": OLD}, store, Register())
    sealed = sealing.seal("a", "x", person="TL-ADA")
    assert vault() is not sealing
    assert sealing.shred("TL-ADA") == 1
    assert store.by_id([sealed.partition(".")[0]]) == []
