// @peculiar/x509 resolves its parts through tsyringe, which needs the metadata API before it loads.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export { x509 };
