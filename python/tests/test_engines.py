"""A check in steps from Python, and on Ray and Spark where these are installed: the report of `check`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator

import pytest

import splitleak
from splitleak import steps

#: No cache, so that every step reads what the others have left.
OPTIONS = ["--no-cache"]


@pytest.fixture(scope="module")
def whole(folder: Path) -> str:
    return splitleak.check(str(folder), cache=False).to_json()


def test_steps_give_the_report_of_a_check(folder: Path, tmp_path: Path, whole: str) -> None:
    out = tmp_path / "work"
    assert steps.sign(folder, out, images_per_file=7, share="1/2", options=OPTIONS) == (4, 0)
    assert steps.sign(folder, out, images_per_file=7, options=OPTIONS) == (3, 4)
    steps.learn(folder, out, images_per_file=7)
    assert steps.match(out, share="2/2") == (3, 0)
    with pytest.raises(splitleak.DatasetError, match="splitleak match"):
        steps.report(folder, out, images_per_file=7)
    assert steps.match(out) == (4, 3)
    assert steps.report(folder, out, images_per_file=7, options=OPTIONS).to_json() == whole


def test_a_step_is_refused_as_the_command_refuses_it(tmp_path: Path) -> None:
    with pytest.raises(splitleak.SettingsError, match="share"):
        steps.match(tmp_path, share="9/8")
    with pytest.raises(splitleak.DatasetError, match="splitleak learn"):
        steps.match(tmp_path)


def dies_once(flag: str) -> None:
    """Makes the first worker that matches die in the middle of it."""
    from splitleak import steps

    match = steps.match

    def dying(folder: str, **options: object) -> steps.Made:
        try:
            os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return match(folder, **options)
        os._exit(1)

    steps.match = dying


def test_ray_gives_the_report_of_a_check_though_a_worker_dies(
    folder: Path, tmp_path: Path, whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    from splitleak.engines import ray as on_ray

    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    flag = str(tmp_path / "died")
    ray.init(
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        num_cpus=4,
        runtime_env={"worker_process_setup_hook": lambda: dies_once(flag)},
    )
    try:
        out = tmp_path / "work"
        report = on_ray.check(folder, out, tasks=3, images_per_file=7, options=OPTIONS)
    finally:
        ray.shutdown()
    assert report.to_json() == whole
    assert Path(flag).exists()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    sql = pytest.importorskip("pyspark.sql")
    # Otherwise the first `python3` of the path, which need not have the package.
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder = sql.SparkSession.builder.master("local[2]")
    builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.ui.enabled", "false")
    try:
        session = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
    except Exception as error:  # noqa: BLE001, whatever a missing Java raises
        pytest.skip(f"Spark does not start: {error}")
    yield session
    session.stop()


def test_spark_gives_the_report_of_a_check(
    folder: Path, tmp_path: Path, whole: str, session: object
) -> None:
    from splitleak.engines import spark as on_spark

    out = tmp_path / "work"
    report = on_spark.check(session, folder, out, tasks=3, images_per_file=7, options=OPTIONS)
    assert report.to_json() == whole
