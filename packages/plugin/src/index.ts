export * from "./definition.ts";
