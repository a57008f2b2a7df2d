import { describeCniPlugin } from "@pinnace/cni-plugins/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

describeCniPlugin(plugin, { describe, expect, it });
