import { describeSchedulerPlugin } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

describeSchedulerPlugin(plugin, { describe, expect, it });
