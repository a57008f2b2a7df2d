/** A process of its own that does the {@link LoadJob} in its argument and prints the result as JSON. */
import { generate } from "./generate.ts";
import type { LoadJob } from "./job.ts";

const job = JSON.parse(process.argv[2] ?? "") as LoadJob;
process.stdout.write(JSON.stringify(await generate(job)));
