/**
 * A `Store` on etcd v3 (3.4 or later), for clusters that outgrow one machine: several API servers share it, and it
 * survives the loss of a minority of etcd's members.
 *
 * ```ts
 * import { createRealClock } from "@pinnace/clock";
 * import { TextValue } from "@pinnace/store";
 * import { openEtcdStore } from "@pinnace/store-etcd";
 *
 * const store = await openEtcdStore({ endpoints: ["http://127.0.0.1:2379"], clock: createRealClock() });
 * await store.commit({ when: [], then: [{ type: "put", key: "/boats/pinnace", value: new TextValue("a small boat") }] });
 * await store.close();
 * ```
 *
 * How it works: a key `/boats/pinnace` is etcd's `/pinnace//boats/pinnace` (the prefix, a slash, the key), a value is its
 * bytes, a revision is etcd's. A commit is one `Txn` that compares `mod_revision`s. A time to live is an etcd lease, which
 * counts whole seconds (etcd's least is two, by default) and ends a twentieth late at most, plus a second.
 *
 * One member is used as long as it answers; then the next. What can be repeated (reads, lists, compactions) is repeated
 * elsewhere. A commit happens once: each writes a mark along, a key of this process's own that lists and watches do not
 * show, on the condition that the mark is as the process knows it. When no answer comes, the mark tells whether the commit
 * was made; when it was not, another write of the mark keeps it from being made late, and it is sent again. Only when etcd
 * stays away for longer than `requestTimeout` does a commit fail with `OUTCOME_UNKNOWN`: read, and decide. `UNAVAILABLE`
 * says that it was not made. (A commit that may change nothing, a deletion without a condition, has no mark, nor has one of
 * 128 conditions or mutations, which is all that etcd takes.) Marks go with a lease, two hours after their process.
 *
 * A watch outlives its connection: it goes on at the last revision that it delivered, without gap or repetition, or ends
 * with `COMPACTED`. A member that does not answer a request for progress within three seconds is left. etcd before 3.4.25
 * and 3.5.8 may answer such a request ahead of events (etcd-io/etcd#15220); there, progress is shown by writing a key
 * beyond all others of the store, which lists do not have and watches do not show.
 *
 * etcd must be compacted; the store does so every five minutes, as kube-apiserver does, for all users of that etcd.
 *
 * @packageDocumentation
 */
export type { EtcdTls } from "./connection/endpoint.ts";
export { type EtcdStoreOptions, openEtcdStore } from "./open-etcd-store.ts";
