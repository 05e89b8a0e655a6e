/** TLS options: which certificates to trust, and for which names. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as tls from "node:tls";
import { UsageError } from "../errors/index.js";
import type { Endpoint } from "../protocol/sites.js";

/** The trust options of `tls.connect`. */
export interface TrustOptions {
  readonly ca?: string | string[];
  readonly allowPartialTrustChain?: boolean;
}

/** The options of `tls.connect` to a resolved endpoint. */
export interface TlsOptions extends TrustOptions {
  readonly servername: string;
  readonly checkServerIdentity: (name: string, certificate: tls.PeerCertificate) => Error | undefined;
}

/**
 * Trusts the caller's certificates in addition to the runtime's, which include those of `NODE_EXTRA_CA_CERTS`. Each is
 * trusted itself, no matter who signed it.
 */
export function trustOptions(ca: readonly string[] | undefined): TrustOptions {
  return ca === undefined ? {} : { ca: [...runtimeCertificates(), ...ca], allowPartialTrustChain: true };
}

/** Node 20 exposes only its built-in certificates. */
function runtimeCertificates(): readonly string[] {
  return "getCACertificates" in tls && typeof tls.getCACertificates === "function"
    ? tls.getCACertificates("default")
    : tls.rootCertificates;
}

/**
 * The certificate of a resolved endpoint may name the origin's host or the resolved host: the caller asked for both.
 */
export function tlsOptions(target: Endpoint, host: string, ca: readonly string[] | undefined): TlsOptions {
  const hostname = host.replace(/^\[|\]$/g, "");
  return {
    ...(target.ca === undefined ? trustOptions(ca) : { ca: target.ca, allowPartialTrustChain: true }),
    servername: isIP(hostname) ? "" : hostname,
    checkServerIdentity: (_name, certificate) =>
      tls.checkServerIdentity(hostname, certificate) && tls.checkServerIdentity(target.hostname, certificate),
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Splits PEM texts into single certificates.
 * @throws {BAD_ARGUMENT} when a text has none, or one that cannot be parsed
 */
export function certificatesOf(ca: string | readonly string[]): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(ca) ? ca : [ca];
  const certificates = texts.flatMap((text) => {
    const found = typeof text === "string" ? text.match(PEM) : null;
    if (found === null)
      throw new UsageError(
        'ca must be the content of a PEM file ("-----BEGIN CERTIFICATE-----…"), or a list of such texts, not a path',
      );
    return found;
  });
  if (certificates.length === 0)
    throw new UsageError("ca is empty; leave it out to trust only the runtime's certificates");
  for (const [at, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new UsageError(`ca: cannot parse certificate ${at + 1} of ${certificates.length}`, { cause });
    }
  }
  return certificates;
}
