export * from "./contract/components.ts";
export * from "./contract/cycle-state.ts";
export * from "./contract/events.ts";
export * from "./contract/node-info.ts";
export * from "./contract/points.ts";
export * from "./contract/resources.ts";
export * from "./contract/status.ts";
