"""An evaluation over a file of questions and answers, from its start to its end; and a schedule.

The local service accepts evaluations and counts the rows of their data; it runs no evaluators and gives no scores.

Offline, on the embedded local service: python samples/26_evaluations.py
In Azure: the same, with PROJECT_CONNECTION_STRING set; only hub projects have evaluations.
"""

import time

from agentkit import AIProjectClient
from agentkit.models import (
    ApplicationInsightsConfiguration,
    Dataset,
    Evaluation,
    EvaluationSchedule,
    EvaluatorConfiguration,
    RecurrenceSchedule,
    RecurrenceTrigger,
)

ROWS = b"""{"query": "Where is the museum?", "response": "At the harbour."}
{"query": "When does it open?", "response": "At ten."}
{"query": "What does it cost?", "response": "Eight euros."}
"""
EVALUATORS = {
    "relevance": EvaluatorConfiguration(
        id="azureml://registries/azureml/models/Relevance-Evaluator/versions/4",
        data_mapping={"query": "${data.query}", "response": "${data.response}"},
    )
}
ACTIVE = ("Queued", "Running")


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        evaluations = project_client.evaluations
        file = project_client.agents.upload_file(file=("rows.jsonl", ROWS), purpose="assistants")

        evaluation = evaluations.create(
            Evaluation(display_name="museum", data=Dataset(id=file.id), evaluators=EVALUATORS, tags={"stage": "trial"})
        )
        print(f"Created evaluation, status: {evaluation.status}")

        deadline = time.monotonic() + 60
        while evaluation.status in ACTIVE and time.monotonic() < deadline:
            time.sleep(0.2)
            evaluation = evaluations.get(evaluation.id)
        print(f"Evaluation ended with status: {evaluation.status}")
        for name, text in (evaluation.properties or {}).items():
            print(f"  {name}: {text}")

        evaluation = evaluations.update(evaluation.id, {"displayName": "museum, first trial"})
        print(f"Renamed it to: {evaluation.display_name}")
        print(f"Evaluations of the project: {[one.display_name for one in evaluations.list(top=10)]}")

        schedule = evaluations.create_or_replace_schedule(
            "nightly",
            EvaluationSchedule(
                data=ApplicationInsightsConfiguration(resource_id="my-traces", query="traces | take 100"),
                evaluators=EVALUATORS,
                trigger=RecurrenceTrigger(frequency="Day", interval=1, schedule=RecurrenceSchedule(hours=[2], minutes=[30])),
            ),
        )
        print(f"Created schedule {schedule.name!r}, enabled: {schedule.is_enabled}")
        evaluations.disable_schedule("nightly")
        print(f"Disabled it, enabled: {evaluations.get_schedule('nightly').is_enabled}")

        # Evaluations stay, as what was found out; there is no call that deletes one.
        project_client.agents.delete_file(file.id)
        print("Deleted file")


if __name__ == "__main__":
    main()
