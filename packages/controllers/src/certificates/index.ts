export { certificateApprovingController } from "./approving-controller.ts";
export type { CertificateSigner, RequestedCertificate } from "./certificate-signer.ts";
export { certificateCleanerController } from "./cleaner-controller.ts";
export { certificateSigningController } from "./signing-controller.ts";
