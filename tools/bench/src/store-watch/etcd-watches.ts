import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { field, grpcMessage } from "../store/etcd.ts";
import { EventCounter, type WatchTally } from "./event-counter.ts";

const STREAMS = 10;
const WINDOW = 16 << 20;
const HEADERS = {
  ":method": "POST",
  ":path": "/etcdserverpb.Watch/Watch",
  "content-type": "application/grpc",
  te: "trailers",
};

/** Open watches of an etcd. */
interface EtcdWatches {
  readonly tally: Readonly<WatchTally>;
  /** Rejects when a watch or its stream ended. */
  readonly failed: Promise<never>;
  close(): void;
}

/** So many watches of the keys from `key` to before `end`, over some streams of one connection, as a client shares them. */
export function watchEtcd(url: string, count: number, key: string, end: string): EtcdWatches {
  const session = connect(url, { settings: { initialWindowSize: WINDOW } });
  session.once("connect", () => session.setLocalWindowSize(WINDOW));
  const tally: WatchTally = { created: 0, events: 0 };
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  session.on("error", reject);
  // message WatchRequest { WatchCreateRequest create_request = 1 { bytes key = 1; bytes range_end = 2; } }
  const request = grpcMessage(field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(end))])));
  for (let index = 0; index < STREAMS; index++) {
    const stream = openStream(session, tally, reject);
    for (let watch = index; watch < count; watch += STREAMS) stream.write(request);
  }
  return { tally, failed, close: () => session.destroy() };
}

function openStream(session: ClientHttp2Session, tally: WatchTally, fail: (error: unknown) => void): ClientHttp2Stream {
  const stream = session.request(HEADERS);
  const counter = new EventCounter(tally);
  stream.on("error", fail);
  stream.on("data", (chunk: Buffer) => {
    try {
      counter.add(chunk);
    } catch (error) {
      fail(error);
    }
  });
  return stream;
}
