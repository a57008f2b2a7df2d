"""Lives the acceptance scenario with the Python client and prints one JSON object per step.

Usage: scenario.py KUBECONFIG NAMESPACE
"""

import json
import re
import sys
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

KUBECONFIG, NAMESPACE = sys.argv[1:]
config.load_kube_config(KUBECONFIG)
core = client.CoreV1Api()
apps = client.AppsV1Api()

WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}]}]},
        },
    },
}


def config_map(name):
    return {"metadata": {"name": name, "labels": {"group": "paged", "name": name}}, "data": {"a": "1"}}


def expect(actual, wanted, what):
    if actual != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {actual!r}")


def expect_status(call, code, text):
    try:
        call()
    except ApiException as error:
        message = json.loads(error.body)["message"]
        if error.status != code or text not in message:
            raise AssertionError(f"status {error.status}, message {message!r}") from error
        return
    raise AssertionError(f"not refused; expected {code} {text}")


def eventually(check, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            return check()
        except (AssertionError, ApiException):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def discover():
    if not client.VersionApi().get_code().git_version.startswith("v1.36.3"):
        raise AssertionError("not 1.36.3")
    names = {each.name for each in core.get_api_resources().resources}
    if not {"pods", "pods/exec", "serviceaccounts/token"} <= names:
        raise AssertionError(f"resources: {sorted(names)}")
    groups = {each.name for each in client.ApisApi().get_api_versions().groups}
    if not {"apps", "batch", "rbac.authorization.k8s.io"} <= groups:
        raise AssertionError(f"groups: {sorted(groups)}")


def create():
    core.create_namespace({"metadata": {"name": NAMESPACE}})
    for name in ("one", "two", "three"):
        made = core.create_namespaced_config_map(NAMESPACE, config_map(name))
        if made.metadata.uid is None or made.metadata.creation_timestamp is None:
            raise AssertionError(f"metadata is not filled in: {made.metadata}")


def apply_server_side():
    maps = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="v1", kind="ConfigMap")

    def apply(manager, value, force):
        wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": value}}
        maps.server_side_apply(wanted, namespace=NAMESPACE, field_manager=manager, force_conflicts=force)

    apply("first", "1", False)
    expect_status(lambda: apply("second", "2", False), 409, 'Apply failed with 1 conflict: conflict with "first"')
    apply("second", "2", True)


def get():
    expect(core.read_namespaced_config_map("one", NAMESPACE).data, {"a": "1"}, "data")
    nodes = core.list_node().items
    ready = [each.status for node in nodes for each in node.status.conditions if each.type == "Ready"]
    expect(ready, ["True"] * len(nodes), "readiness of nodes")


def list_by_selectors():
    for query, count in (
        ({"label_selector": "group=paged,name!=one"}, 2),
        ({"label_selector": "name in (one,two)"}, 2),
        ({"field_selector": "metadata.name=two"}, 1),
    ):
        expect(len(core.list_namespaced_config_map(NAMESPACE, **query).items), count, query)


def list_by_pages():
    query = {"label_selector": "group=paged", "limit": 2}
    first = core.list_namespaced_config_map(NAMESPACE, **query)
    rest = core.list_namespaced_config_map(NAMESPACE, **query, _continue=first.metadata._continue)
    expect([len(first.items), len(rest.items)], [2, 1], "items of the pages")


def watch_changes():
    version = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    core.create_namespaced_config_map(NAMESPACE, config_map("seen"))
    core.patch_namespaced_config_map("seen", NAMESPACE, {"data": {"a": "2"}})
    core.delete_namespaced_config_map("seen", NAMESPACE)
    types = []
    query = {"field_selector": "metadata.name=seen", "resource_version": version, "timeout_seconds": 10}
    for event in watch.Watch().stream(core.list_namespaced_config_map, NAMESPACE, **query):
        types.append(event["type"])
        if len(types) == 3:
            break
    expect(types, ["ADDED", "MODIFIED", "DELETED"], "events")


def patch(body, key, content_type):
    def run():
        maps = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="v1", kind="ConfigMap")
        patched = maps.patch(body=body, name="one", namespace=NAMESPACE, content_type=content_type)
        expect((patched.data["a"], patched.data[key]), ("1", "1"), "data")

    return run


def running(count):
    def check():
        pods = core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items
        expect([each.status.phase for each in pods], ["Running"] * count, "phases")
        return pods

    return eventually(check)


def scale():
    apps.create_namespaced_deployment(NAMESPACE, WEB)
    running(1)
    apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 2}})
    running(2)


def logs():
    name = running(2)[0].metadata.name
    text = core.read_namespaced_pod_log(name, NAMESPACE, tail_lines=1, timestamps=True)
    if not re.match(r"\d{4}-\d\d-\d\dT\S+Z ", text):
        raise AssertionError(f"logged {text!r}")


def execute():
    name = running(2)[0].metadata.name
    connect = core.connect_get_namespaced_pod_exec
    text = stream(connect, name, NAMESPACE, command=["echo", "through"], stdout=True, stderr=True, stdin=False, tty=False)
    if "through" not in text:
        raise AssertionError(f"printed {text!r}")
    options = {"stdin": False, "stdout": True, "stderr": True, "tty": False, "_preload_content": False}
    failing = stream(connect, name, NAMESPACE, command=["sh", "-c", "exit 7"], **options)
    failing.run_forever(timeout=10)
    expect(failing.returncode, 7, "exit code")


def forward():
    name = running(2)[0].metadata.name
    forwarded = portforward(core.connect_get_namespaced_pod_portforward, name, NAMESPACE, ports="8080")
    connection = forwarded.socket(8080)
    connection.settimeout(10)
    connection.sendall(b"GET /index.html HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = connection.recv(1024)
    connection.close()
    if not answer.startswith(b"HTTP/1."):
        raise AssertionError(f"answer {answer!r}, error {forwarded.error(8080)}")


def delete_with_propagation():
    apps.delete_namespaced_deployment("web", NAMESPACE, propagation_policy="Foreground")
    text = 'deployments.apps "web" not found'
    eventually(lambda: expect_status(lambda: apps.read_namespaced_deployment("web", NAMESPACE), 404, text))
    expect(apps.list_namespaced_replica_set(NAMESPACE).items, [], "replica sets that outlive their deployment")


def not_found():
    expect_status(lambda: core.read_namespaced_pod("nope", NAMESPACE), 404, 'pods "nope" not found')


def conflict():
    text = 'configmaps "one" already exists'
    expect_status(lambda: core.create_namespaced_config_map(NAMESPACE, config_map("one")), 409, text)
    stale = core.read_namespaced_config_map("two", NAMESPACE)
    stale.data["a"] = "2"
    core.replace_namespaced_config_map("two", NAMESPACE, stale)
    text = 'Operation cannot be fulfilled on configmaps "two": the object has been modified'
    expect_status(lambda: core.replace_namespaced_config_map("two", NAMESPACE, stale), 409, text)


def as_nobody():
    body = {"spec": {"audiences": []}}
    token = core.create_namespaced_service_account_token("nobody", NAMESPACE, body).status.token
    mine = client.Configuration.get_default_copy()
    mine.cert_file = mine.key_file = None
    mine.api_key = {"authorization": f"Bearer {token}"}
    return client.ApiClient(mine)


def token_request():
    core.create_namespaced_service_account(NAMESPACE, {"metadata": {"name": "nobody"}})
    review = client.AuthenticationV1Api(as_nobody()).create_self_subject_review({})
    expect(review.status.user_info.username, f"system:serviceaccount:{NAMESPACE}:nobody", "user")


def denied():
    text = (
        f'secrets is forbidden: User "system:serviceaccount:{NAMESPACE}:nobody" cannot list resource "secrets"'
        f' in API group "" in the namespace "{NAMESPACE}"'
    )
    nobody = client.CoreV1Api(as_nobody())
    expect_status(lambda: nobody.list_namespaced_secret(NAMESPACE), 403, text)


JSON_PATCH = [{"op": "add", "path": "/data/json", "value": "1"}]
STEPS = (
    ("discover", discover),
    ("create", create),
    ("apply, server side", apply_server_side),
    ("get", get),
    ("list by selectors", list_by_selectors),
    ("list by pages", list_by_pages),
    ("watch", watch_changes),
    ("patch, JSON", patch(JSON_PATCH, "json", "application/json-patch+json")),
    ("patch, merge", patch({"data": {"merge": "1"}}, "merge", "application/merge-patch+json")),
    ("patch, strategic", patch({"data": {"strategic": "1"}}, "strategic", "application/strategic-merge-patch+json")),
    ("scale", scale),
    ("logs", logs),
    ("exec", execute),
    ("port-forward", forward),
    ("delete with propagation", delete_with_propagation),
    ("not found", not_found),
    ("conflict", conflict),
    ("token request", token_request),
    ("denied", denied),
)

for step, run in STEPS:
    try:
        run()
        print(json.dumps({"step": step}), flush=True)
    except Exception as error:  # a failed step must not keep the others from running
        print(json.dumps({"step": step, "error": f"{type(error).__name__}: {error}"}), flush=True)
