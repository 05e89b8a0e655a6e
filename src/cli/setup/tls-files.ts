/** Reads the files of `serve --tls KEY,CERT` and checks them one by one, so that each mistake has its own error. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { sites } from "../../protocol/sites.js";
import type { TlsFiles } from "../../server/index.js";
import { fileReason } from "../../storage/failures.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import { usageError } from "../table/arguments.js";

/** The hosts that clients of the live sites connect to, and where commands on this machine find the server. */
const LIVE_HOSTS: readonly string[] = [
  ...new Set(Object.values(sites).flatMap(({ chatOrigin, loginOrigin }) => [chatOrigin, loginOrigin])),
].map((origin) => new URL(origin).hostname);
const REQUIRED_NAMES: readonly string[] = [...LIVE_HOSTS, "chat.sockets.stackexchange.com", "stackexchange.com"];

/** A key with its certificate, and warnings about it. */
export interface ReadTls {
  readonly tls: TlsFiles;
  readonly warnings: readonly string[];
}

/** @throws {CliError} naming the file and what is wrong with it, never showing its content */
export async function readTls(flag: string, now: number): Promise<ReadTls> {
  const files = flag.split(",");
  const [keyFile = "", certFile = ""] = files;
  if (files.length !== 2 || keyFile === "" || certFile === "") {
    throw usageError(`invalid --tls "${flag}"; use two files, such as --tls key.pem,cert.pem`);
  }
  const [key, cert] = [await read(keyFile), await read(certFile)];
  const [privateKey, certificate] = [keyOf(key, keyFile), certificateOf(cert, certFile)];
  if (!certificate.checkPrivateKey(privateKey)) {
    throw usageError(`the certificate in ${certFile} does not match the key in ${keyFile}`);
  }
  return { tls: { key, cert }, warnings: warningsOf(certificate, certFile, now) };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${fileReason(error) ?? "it is not a file"}`, EXIT_CODES.failure, error);
  }
}

function keyOf(text: string, file: string): KeyObject {
  if (/-----BEGIN CERTIFICATE-----/.test(text) && !/PRIVATE KEY-----/.test(text)) {
    throw usageError(`${file} contains a certificate, not a key; the order is --tls KEY,CERT`);
  }
  if (/ENCRYPTED/.test(text)) {
    throw usageError(`the key in ${file} has a passphrase; remove it with openssl pkey -in ${file} -out plain.pem`);
  }
  try {
    return createPrivateKey(text);
  } catch {
    // The platform's message may contain the key.
    throw usageError(`${file} is not a private key in PEM format, which begins with -----BEGIN PRIVATE KEY-----`);
  }
}

function certificateOf(text: string, file: string): X509Certificate {
  try {
    if (/-----BEGIN CERTIFICATE-----/.test(text)) return new X509Certificate(text);
  } catch {
    // Reported below.
  }
  throw usageError(`${file} is not a certificate in PEM format, which begins with -----BEGIN CERTIFICATE-----`);
}

function warningsOf(certificate: X509Certificate, file: string, now: number): string[] {
  const warnings: string[] = [];
  const ends = Date.parse(certificate.validTo);
  if (ends < now) warnings.push(`the certificate in ${file} expired on ${new Date(ends).toISOString().slice(0, 10)}`);
  const missing = REQUIRED_NAMES.filter((name) => certificate.checkHost(name) === undefined);
  if (certificate.checkIP("127.0.0.1") === undefined) missing.push("127.0.0.1");
  if (missing.length > 0) {
    warnings.push(
      `the certificate in ${file} does not cover ${missing.join(", ")}: clients of these hosts will reject it`,
    );
  }
  return warnings;
}
