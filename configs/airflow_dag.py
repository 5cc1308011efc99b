"""A DAG of Airflow 3 that starts the night: copy it into the folder of the DAGs, and change what is marked CHANGE.

The worker needs the program, the configuration, the key and the inbox. In Airflow 2, import ``DAG`` from ``airflow``
and ``BashOperator`` from ``airflow.operators.bash``.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

# CHANGE: the paths, and the name of the profile. "exec": a stopped task sends SIGTERM to the program itself, which
# finishes its requests in flight (10 s at most) and notes what it did.
COMMAND = (
    "exec /opt/batch-renamer/bin/batch-renamer nightly --config /etc/batch-renamer/nightly.toml --profile office "
    "--quiet --no-progress"
)

# 5: another run is at work in this account; nothing was done, and nothing is wrong. Every other code except 0 is a
# failure of the task: 1 means that some rows need a person.
SKIPPED = [5]

with DAG(
    dag_id="batch_renamer_nightly",
    description="Rename Autoenhance orders from the spreadsheets of the night",
    # CHANGE: the time zone of the office.
    schedule="30 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    # One night at a time, and none is made up for: the next night does what was left.
    catchup=False,
    max_active_runs=1,
) as dag:
    BashOperator(
        task_id="nightly",
        bash_command=COMMAND,
        append_env=True,
        skip_on_exit_code=SKIPPED,
        # No second try: the program waits during outages itself.
        retries=0,
        execution_timeout=timedelta(hours=5),
    )
