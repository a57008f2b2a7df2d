import { readFile } from "node:fs/promises";
import { createRealClock } from "@pinnace/clock";
import type { ImageFile, ImageSpecification } from "@pinnace/cri/node";
import { createCertificateAuthority } from "@pinnace/pki";
import { unpackDebianPackages } from "./root-file-system.ts";

/** What an image is made of, but for its name and architecture. */
type ImageContent = Omit<ImageSpecification, "reference" | "architecture">;

/** How an image is made. */
export interface Recipe {
  /** The last part of the image's name: `agnhost`. */
  readonly name: string;
  make(): Promise<ImageContent>;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Users that specs expect in an image. */
const ACCOUNTS: readonly ImageFile[] = [
  {
    path: "etc/passwd",
    content: text(
      "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n" +
        "user-defined-in-image:x:1000:1000::/home:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    ),
  },
  {
    path: "etc/group",
    content: text(
      "root:x:0:\nwww-data:x:33:\nuser-defined-in-image:x:1000:\n" +
        "group-defined-in-image:x:50000:user-defined-in-image\nnogroup:x:65534:\nnobody:x:65533:\n",
    ),
  },
];

/** Files of one path: the last one counts. */
function layered(...layers: readonly (readonly ImageFile[])[]): readonly ImageFile[] {
  const files = new Map(layers.flat().map((file) => [file.path, file]));
  return [...files.values()];
}

/** What agnhost's own image has besides the program; busybox stands for the commands that no package of these has. */
const AGNHOST_PACKAGES = [
  ...["busybox-static", "bash", "coreutils", "sed", "grep", "findutils", "procps", "hostname"],
  ...[
    "bind9-dnsutils",
    "curl",
    "ca-certificates",
    "netcat-openbsd",
    "iproute2",
    "iputils-ping",
    "iperf",
    "util-linux",
    "libc-bin",
  ],
];

/**
 * Stand-ins for the images of the conformance suite, made of Debian's packages and the agnhost program: the programs
 * that specs call are the same or do the same.
 */
export function recipes(
  agnhost: string,
  unpack: typeof unpackDebianPackages = unpackDebianPackages,
): readonly Recipe[] {
  const program = async (): Promise<ImageFile> => ({ path: "agnhost", content: await readFile(agnhost), mode: 0o755 });
  const picture = (name: string): Recipe => ({
    name,
    make: async () => ({
      files: [
        await program(),
        { path: "data.json", content: text(`{\n  "image": "${name}.jpg"\n}\n`) },
        { path: `${name}.jpg`, content: text(name) },
      ],
      entrypoint: ["/agnhost"],
      command: ["test-webserver"],
    }),
  });
  const busybox = (name: string, user?: string): Recipe => ({
    name,
    make: async () => ({
      files: layered(await busyboxFiles(unpack), ACCOUNTS),
      command: ["sh"],
      ...(user === undefined ? {} : { user }),
    }),
  });
  return [
    {
      name: "agnhost",
      make: async () => ({
        files: layered(busyboxLinks("usr/bin"), await unpack(AGNHOST_PACKAGES), ACCOUNTS, [
          await program(),
          ...(await localhostCertificate()),
          { path: "agnhost-2", link: "agnhost" },
          { path: "usr/bin/sh", link: "bash" },
          { path: "usr/bin/nc", link: "nc.openbsd" },
          { path: "uploads", directory: true },
        ]),
        entrypoint: ["/agnhost"],
        command: ["pause"],
      }),
    },
    busybox("busybox"),
    busybox("nonroot", "1234"),
    picture("nautilus"),
    picture("kitten"),
    { name: "nginx", make: async () => nginx(await unpack(["nginx-light", "bash", "coreutils", "curl"])) },
    {
      name: "glibc-dns-testing",
      make: async () => ({
        files: layered(
          await unpack(["bash", "bind9-dnsutils", "coreutils", "libc-bin", "grep", "gawk", "sed"]),
          ACCOUNTS,
          [
            { path: "usr/bin/sh", link: "bash" },
            { path: "usr/bin/awk", link: "gawk" },
          ],
        ),
        command: ["sh"],
      }),
    },
    { name: "nonewprivs", make: async () => noNewPrivileges(await unpack(["gawk"])) },
  ];
}

/** agnhost's porter serves with it; nobody verifies it. */
async function localhostCertificate(): Promise<readonly ImageFile[]> {
  const authority = await createCertificateAuthority({ clock: createRealClock(), commonName: "localhost" });
  const request = { commonName: "localhost", subjectAltNames: ["localhost", "127.0.0.1"], usages: ["server"] } as const;
  const { certificate, key } = await authority.issue(request);
  return [
    { path: "localhost.crt", content: text(certificate) },
    { path: "localhost.key", content: text(key) },
  ];
}

async function busyboxFiles(unpack: typeof unpackDebianPackages): Promise<readonly ImageFile[]> {
  const unpacked = await unpack(["busybox-static", "bash-static"]);
  const program = (name: string): Uint8Array => {
    const content = unpacked.find(({ path }) => path === `usr/bin/${name}` || path === `bin/${name}`)?.content;
    if (content === undefined) throw new Error(`the packages have no ${name}`);
    return content;
  };
  return [
    { path: "bin", directory: true },
    { path: "bin/busybox", content: program("busybox"), mode: 0o755 },
    ...busyboxLinks("bin").filter(({ path }) => path !== "bin/sh"),
    // Specs have variables such as `data-1`, which Debian's busybox does not hand on.
    { path: "bin/sh", content: program("bash-static"), mode: 0o755 },
    { path: "tmp", directory: true, mode: 0o1777 },
    { path: "etc", directory: true },
    { path: "root", directory: true },
  ];
}

const busyboxLinks = (folder: string): readonly ImageFile[] =>
  BUSYBOX_COMMANDS.map((name) => ({ path: `${folder}/${name}`, link: "busybox" }));

const BUSYBOX_COMMANDS = (
  "ash awk base64 basename cat chgrp chmod chown cp cut date dd df diff dirname dmesg du echo egrep env expr false fgrep " +
  "find free grep gunzip gzip head hexdump hostname httpd id ifconfig ip kill killall less ln ls md5sum mkdir mkfifo " +
  "mknod mktemp more mount mv nc netstat nslookup od pgrep pidof ping pkill printenv printf ps pwd readlink realpath rm " +
  "rmdir route sed seq sh sha1sum sha256sum sleep sort split stat stty su sync sysctl tail tar tee test time timeout top " +
  "touch tr traceroute true truncate tty umount uname uniq uptime usleep vi wc wget which whoami xargs yes"
).split(" ");

function nginx(files: readonly ImageFile[]): ImageContent {
  const site = "server {\n  listen 80 default_server;\n  root /usr/share/nginx/html;\n}\n";
  return {
    files: layered(files, ACCOUNTS, [
      { path: "usr/bin/sh", link: "bash" },
      { path: "var/log/nginx", directory: true },
      { path: "var/lib/nginx", directory: true },
      { path: "etc/nginx/sites-enabled/default", content: text(site) },
      { path: "usr/share/nginx/html/index.html", content: text("Welcome to nginx!\n") },
    ]).filter(({ path }) => path !== "etc/nginx/modules-enabled"),
    command: ["nginx", "-g", "daemon off;"],
  };
}

/** Prints its effective user as a program with the set-user-id bit: awk, owned by root. */
function noNewPrivileges(files: readonly ImageFile[]): ImageContent {
  return {
    files: layered(
      files.map((file) => (file.path === "usr/bin/gawk" ? { ...file, mode: 0o4755 } : file)),
      ACCOUNTS,
    ),
    command: ["/usr/bin/gawk", 'BEGIN { print "Effective uid: " PROCINFO["euid"] }'],
  };
}
