/** How to speak TLS: whom to trust, and which names a certificate may bear. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as tls from "node:tls";
import { UsageError } from "../errors/index.js";
import type { Endpoint } from "../protocol/sites.js";

/** Options for `tls.connect` about trust. */
export interface TrustOptions {
  readonly ca?: string | string[];
  readonly allowPartialTrustChain?: boolean;
}

/** Options for `tls.connect` to a resolved endpoint. */
export interface TlsOptions extends TrustOptions {
  readonly servername: string;
  readonly checkServerIdentity: (name: string, certificate: tls.PeerCertificate) => Error | undefined;
}

/**
 * Trusts certificates of the user besides the runtime's, which include those of `NODE_EXTRA_CA_CERTS`. Each is trusted
 * itself, no matter who signed it.
 */
export function trusting(ca: readonly string[] | undefined): TrustOptions {
  return ca === undefined ? {} : { ca: [...runtimeCertificates(), ...ca], allowPartialTrustChain: true };
}

/** Node 20 tells only of those that it was built with. */
function runtimeCertificates(): readonly string[] {
  return "getCACertificates" in tls && typeof tls.getCACertificates === "function"
    ? tls.getCACertificates("default")
    : tls.rootCertificates;
}

/** The certificate of a resolved endpoint may be for the host of the origin or for the resolved host: the user asked for both. */
export function tlsOptions(target: Endpoint, host: string, ca: readonly string[] | undefined): TlsOptions {
  const hostname = host.replace(/^\[|\]$/g, "");
  return {
    ...(target.ca === undefined ? trusting(ca) : { ca: target.ca, allowPartialTrustChain: true }),
    servername: isIP(hostname) ? "" : hostname,
    checkServerIdentity: (_name, certificate) =>
      tls.checkServerIdentity(hostname, certificate) && tls.checkServerIdentity(target.hostname, certificate),
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The certificates in PEM texts, one each.
 * @throws {BAD_ARGUMENT} when a text has none, or one that cannot be read
 */
export function certificatesOf(ca: string | readonly string[]): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(ca) ? ca : [ca];
  const certificates = texts.flatMap((text) => {
    const found = typeof text === "string" ? text.match(PEM) : null;
    if (found === null)
      throw new UsageError(
        'ca is the content of a PEM file ("-----BEGIN CERTIFICATE-----…"), or a list of such texts; read the file first',
      );
    return found;
  });
  if (certificates.length === 0)
    throw new UsageError("ca is an empty list; leave it out to trust the runtime's certificates");
  for (const [at, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new UsageError(`ca: certificate ${at + 1} of ${certificates.length} cannot be read`, { cause });
    }
  }
  return certificates;
}
