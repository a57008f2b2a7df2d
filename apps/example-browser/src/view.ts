import type { Event, Node, Pod } from "@pinnace/api";
import { body, byId, type DomElement, make } from "./dom.ts";

/** What the page shows. */
interface State {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly events: readonly Event[];
  /** Milliseconds since the epoch, on the cluster's clock. */
  readonly now: number;
}

const SHOWN_EVENTS = 50;

/** What one node's card shows. */
interface Card {
  readonly name: string;
  readonly ready: boolean;
  readonly pods: readonly (readonly [name: string, phase: string, ip: string])[];
}

let drawn = "";

/** Draws nodes, the pods on them and the latest events. `toggle` takes a node down, or brings it back. */
export function draw({ nodes, pods, events, now }: State, toggle: (node: string, ready: boolean) => void): void {
  byId("clock").textContent = new Date(now).toISOString().slice(0, 19).replace("T", " ");
  byId("events").replaceChildren(...events.slice(-SHOWN_EVENTS).toReversed().map(eventLine));
  body.dataset.running = String(pods.filter((pod) => phaseOf(pod) === "Running").length);
  const cards = nodes.map((node) => cardOf(node, pods));
  // Buttons stay in place while nothing changes on them: a click needs the same one twice.
  const next = JSON.stringify(cards);
  if (next === drawn) return;
  drawn = next;
  byId("nodes").replaceChildren(...cards.map((card) => cardElement(card, toggle)));
}

function cardOf({ metadata, status }: Node, pods: readonly Pod[]): Card {
  const own = pods.filter(({ spec }) => spec?.nodeName === metadata?.name);
  return {
    name: metadata?.name ?? "",
    ready: status?.conditions?.find(({ type }) => type === "Ready")?.status === "True",
    pods: own.map((pod) => [pod.metadata?.name ?? "", phaseOf(pod), pod.status?.podIP ?? ""]),
  };
}

function cardElement({ name, ready, pods }: Card, toggle: (node: string, ready: boolean) => void): DomElement {
  const button = make("button", "", ready ? "crash" : "restart");
  button.addEventListener("click", () => toggle(name, ready));
  const title = make("h2", "", name, button);
  return make("article", ready ? "node" : "node down", title, make("ul", "", ...pods.map(podLine)));
}

function podLine([name, phase, ip]: Card["pods"][number]): DomElement {
  return make("li", `pod ${phase}`, `${name} `, make("small", "", `${phase} ${ip}`));
}

function phaseOf({ metadata, status }: Pod): string {
  return metadata?.deletionTimestamp ? "Terminating" : (status?.phase ?? "Pending");
}

function eventLine({ involvedObject, reason, message }: Event): DomElement {
  return make("li", "", `${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}`);
}
