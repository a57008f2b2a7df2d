import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

const database = new DatabaseSync(workerData as string);
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
database.exec("CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID");
const put = database.prepare("INSERT INTO entries VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");

parentPort?.on("message", (batch: readonly (readonly [string, Uint8Array])[]) => {
  database.exec("BEGIN");
  for (const [key, value] of batch) put.run(key, value);
  database.exec("COMMIT");
  parentPort?.postMessage("durable");
});
