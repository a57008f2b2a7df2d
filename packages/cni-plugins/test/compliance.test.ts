import { describe, expect, it } from "vitest";
import { describeCniPlugin } from "../src/compliance/index.ts";
import { loopbackPlugin } from "../src/index.ts";

describeCniPlugin(loopbackPlugin, { describe, expect, it });
