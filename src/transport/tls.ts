/** How to speak TLS with a resolved endpoint: whom to trust, and which names its certificate may bear. */
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { Endpoint } from "../protocol/sites.js";

/** Options for `tls.connect`. */
export interface TlsOptions {
  readonly ca?: string;
  readonly allowPartialTrustChain?: boolean;
  readonly servername: string;
  readonly checkServerIdentity: (name: string, certificate: PeerCertificate) => Error | undefined;
}

/**
 * The certificate may be for the host of the origin or for the resolved host: the user asked for both. A certificate
 * that was passed in is trusted itself, no matter who signed it.
 */
export function tlsOptions(target: Endpoint, hostname: string): TlsOptions {
  return {
    ...(target.ca === undefined ? {} : { ca: target.ca, allowPartialTrustChain: true }),
    servername: isIP(hostname) ? "" : hostname,
    checkServerIdentity: (_name, certificate) =>
      checkServerIdentity(hostname, certificate) && checkServerIdentity(target.hostname, certificate),
  };
}
