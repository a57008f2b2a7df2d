import { Observable } from "rxjs";
import type { RuntimeEvent } from "../contract.ts";
import { CriError } from "../cri-error.ts";
import type { Channel } from "./channel.ts";

const SUBSCRIBE = "/containerd.services.events.v1.Events/Subscribe";
const TYPES: Readonly<Record<string, RuntimeEvent["type"]>> = {
  "/tasks/start": "started",
  "/tasks/exit": "exited",
  "/tasks/oom": "oom",
  "/tasks/delete": "deleted",
};

/**
 * containerd's task events of the CRI's namespace. CRI's own GetContainerEvents came with containerd 1.7; this service is
 * older and reports within milliseconds. Errors with `UNAVAILABLE` when the connection is lost.
 */
export function taskEvents(channel: Channel): Observable<RuntimeEvent> {
  return new Observable((subscriber) => {
    const fields = { filters: ["namespace==k8s.io,topic~=^/tasks/"] };
    const stream = channel.stream(SUBSCRIBE, "SubscribeRequest", fields, { "containerd-namespace": "k8s.io" });
    stream.onMessage((bytes) => {
      const envelope = channel.codec.decode("Envelope", bytes) as {
        readonly topic: string;
        readonly event?: { readonly value: Uint8Array };
      };
      const type = TYPES[envelope.topic];
      if (type === undefined || envelope.event === undefined) return;
      const event = channel.codec.decode(type === "exited" ? "TaskExit" : "TaskEvent", envelope.event.value) as {
        readonly containerId: string;
        readonly id?: string;
      };
      // The exit of a process that was started by exec names the process beside the container.
      if (event.id !== undefined && event.id !== event.containerId) return;
      subscriber.next({ type, containerId: event.containerId });
    });
    stream.onEnd((error) => {
      subscriber.error(error ?? new CriError("UNAVAILABLE", "the container runtime closed the event stream"));
    });
    return () => stream.cancel();
  });
}
