import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";

/** A file, folder (`directory: true`) or symbolic link (`link`) of an image. Owned by root. */
export interface ImageFile {
  /** Without a leading slash: `bin/sh`. */
  readonly path: string;
  readonly content?: Uint8Array;
  readonly link?: string;
  readonly directory?: boolean;
  /** Default 0o644, 0o755 for folders. */
  readonly mode?: number;
}

export interface ImageSpecification {
  /** The full reference: `localhost/pinnace/web:1`. */
  readonly reference: string;
  readonly architecture: "amd64" | "arm64";
  readonly files: readonly ImageFile[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
  readonly workingDirectory?: string;
  /** `uid`, `uid:gid` or a name of the image's /etc/passwd. */
  readonly user?: string;
}

/** One layer, one manifest, as an OCI image layout in a tar archive. The same input gives the same bytes. */
export async function buildImageArchive(image: ImageSpecification): Promise<Uint8Array> {
  const layer = await tar(image.files);
  const config = json({
    architecture: image.architecture,
    os: "linux",
    config: {
      ...(image.entrypoint === undefined ? {} : { Entrypoint: image.entrypoint }),
      ...(image.command === undefined ? {} : { Cmd: image.command }),
      ...(image.workingDirectory === undefined ? {} : { WorkingDir: image.workingDirectory }),
      ...(image.user === undefined ? {} : { User: image.user }),
      Env: image.environment ?? ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor("application/vnd.oci.image.config.v1+json", config),
    layers: [descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
  });
  const annotations = {
    "io.containerd.image.name": image.reference,
    "org.opencontainers.image.ref.name": image.reference,
  };
  const index = json({ schemaVersion: 2, manifests: [{ ...descriptor(MANIFEST, manifest), annotations }] });
  return tar([
    { path: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }) },
    { path: "index.json", content: index },
    ...[config, layer, manifest].map((content) => ({ path: `blobs/sha256/${sha256(content)}`, content })),
  ]);
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const descriptor = (mediaType: string, bytes: Uint8Array): object => ({
  mediaType,
  digest: `sha256:${sha256(bytes)}`,
  size: bytes.length,
});

async function tar(files: readonly ImageFile[]): Promise<Uint8Array> {
  const archive = pack();
  const mtime = new Date(0); // so that the same files give the same archive
  for (const { path, content, link, directory, mode } of files) {
    if (link !== undefined) archive.entry({ name: path, type: "symlink", linkname: link, mtime });
    else if (directory) archive.entry({ name: path, type: "directory", mode: mode ?? 0o755, mtime });
    else archive.entry({ name: path, mode: mode ?? 0o644, mtime }, Buffer.from(content ?? new Uint8Array()));
  }
  archive.finalize();
  return buffer(archive);
}
