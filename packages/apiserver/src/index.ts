export * from "./node-connector.ts";
