import type { Draft } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { name } from "../tables/cell.ts";
import { COMPONENT_STATUS_COLUMNS } from "./columns.ts";

/** ComponentStatus (v1): only looked at. */
export const componentStatus: KindBehaviour = {
  columns: COMPONENT_STATUS_COLUMNS,
  cells: (object) => {
    const healthy = (object.conditions ?? []).find((condition: Draft) => condition.type === "Healthy");
    const state = healthy?.status === "True" ? "Healthy" : "Unhealthy";
    return [name(object), healthy ? state : "Unknown", healthy?.message ?? "", healthy?.error ?? ""];
  },
};
