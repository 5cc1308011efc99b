"""What the API batch/v1 of Kubernetes knows of a CronJob, as far as ours uses it; an unknown field is a mistake.

Written by hand from the reference of the API (v1.32). What a cluster only warns of, such as a misspelled field, is
refused here.
"""

from __future__ import annotations

from typing import Any

__all__ = ["CRON_JOB"]

_NAME = {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"}
_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 0}
_YES = {"const": True}
_NO = {"const": False}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": 1}


_ENVIRONMENT = {
    "oneOf": [
        _object({"name": _TEXT, "value": {"type": "string"}}),
        _object({"name": _TEXT, "valueFrom": _object({"secretKeyRef": _object({"name": _NAME, "key": _TEXT})})}),
    ]
}
_MOUNT = _object(
    {"name": _NAME, "mountPath": {"type": "string", "pattern": "^/[^:]*$"}},
    subPath={"type": "string", "pattern": r"^[-._a-zA-Z0-9]+$"},
    readOnly={"type": "boolean"},
)
_VOLUME = {
    "oneOf": [
        _object({"name": _NAME, "persistentVolumeClaim": _object({"claimName": _NAME})}),
        _object({"name": _NAME, "configMap": _object({"name": _NAME})}),
        _object({"name": _NAME, "secret": _object({"secretName": _NAME, "defaultMode": {"const": 0o440}})}),
        _object({"name": _NAME, "emptyDir": _object({}, sizeLimit=_TEXT)}),
    ]
}
_CONTAINER = _object(
    {
        "name": _NAME,
        "image": {"type": "string", "pattern": r"^[\w./:@-]+$"},
        "args": _list(_TEXT),
        "env": _list(_ENVIRONMENT),
        "securityContext": _object(
            {
                "allowPrivilegeEscalation": _NO,
                "readOnlyRootFilesystem": _YES,
                "capabilities": _object({"drop": {"const": ["ALL"]}}),
            }
        ),
        "resources": _object({"requests": {"type": "object"}, "limits": {"type": "object"}}),
        "volumeMounts": _list(_MOUNT),
    }
)
_POD = _object(
    {
        "restartPolicy": {"const": "Never"},
        "terminationGracePeriodSeconds": {"type": "integer", "minimum": 11},
        "automountServiceAccountToken": _NO,
        "enableServiceLinks": _NO,
        "securityContext": _object(
            {
                "runAsNonRoot": _YES,
                "runAsUser": {"type": "integer", "minimum": 1},
                "runAsGroup": _COUNT,
                "fsGroup": _COUNT,
                "fsGroupChangePolicy": {"enum": ["OnRootMismatch", "Always"]},
                "seccompProfile": _object({"type": {"const": "RuntimeDefault"}}),
            }
        ),
        "containers": _list(_CONTAINER),
        "volumes": _list(_VOLUME),
    }
)
CRON_JOB: dict[str, Any] = _object(
    {
        "apiVersion": {"const": "batch/v1"},
        "kind": {"const": "CronJob"},
        # The name of a job is made from it, with eleven more characters.
        "metadata": _object({"name": {**_NAME, "maxLength": 52}}),
        "spec": _object(
            {
                "schedule": {"type": "string", "pattern": r"^\d+ \d+ \* \* \*$"},
                "timeZone": {"type": "string", "pattern": r"^\w+(/[\w+-]+)*$"},
                "concurrencyPolicy": {"const": "Forbid"},
                "startingDeadlineSeconds": _COUNT,
                "successfulJobsHistoryLimit": _COUNT,
                "failedJobsHistoryLimit": _COUNT,
                "jobTemplate": _object(
                    {
                        "spec": _object(
                            {
                                "backoffLimit": {"const": 0},
                                "activeDeadlineSeconds": _COUNT,
                                "template": _object({"spec": _POD}),
                            }
                        )
                    }
                ),
            }
        ),
    }
)
