/** The files of `serve --tls KEY,CERT`: read, and checked one by one, so that each mistake has an error of its own. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { sites } from "../../protocol/sites.js";
import type { TlsFiles } from "../../server/index.js";
import { fileReason } from "../../storage/failures.js";
import { CliError, exitCodes } from "../exit-codes.js";
import { usage } from "../table/arguments.js";

/** The hosts that clients of the live sites ask for, and where commands of this machine find the server. */
const hosts: readonly string[] = [
  ...new Set(Object.values(sites).flatMap(({ chatOrigin, loginOrigin }) => [chatOrigin, loginOrigin])),
].map((origin) => new URL(origin).hostname);
const neededNames: readonly string[] = [...hosts, "chat.sockets.stackexchange.com", "stackexchange.com"];

/** A key with its certificate, and what a client may not like about it. */
export interface ReadTls {
  readonly tls: TlsFiles;
  readonly warnings: readonly string[];
}

/** @throws {CliError} that names the file and what is wrong with it, and never shows what is in it */
export async function readTls(flag: string, now: number): Promise<ReadTls> {
  const files = flag.split(",");
  const [keyFile = "", certFile = ""] = files;
  if (files.length !== 2 || keyFile === "" || certFile === "") {
    throw usage(`--tls takes two files, KEY,CERT, such as --tls key.pem,cert.pem, not "${flag}"`);
  }
  const [key, cert] = [await read(keyFile), await read(certFile)];
  const [privateKey, certificate] = [keyOf(key, keyFile), certificateOf(cert, certFile)];
  if (!certificate.checkPrivateKey(privateKey)) {
    throw usage(`the certificate in ${certFile} is not for the key in ${keyFile}; make both with the same command`);
  }
  return { tls: { key, cert }, warnings: warningsOf(certificate, certFile, now) };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${fileReason(error) ?? "it is no file"}`, exitCodes.failure, error);
  }
}

function keyOf(text: string, file: string): KeyObject {
  if (/-----BEGIN CERTIFICATE-----/.test(text) && !/PRIVATE KEY-----/.test(text)) {
    throw usage(`${file} has a certificate and no key; the order is --tls KEY,CERT`);
  }
  if (/ENCRYPTED/.test(text)) {
    throw usage(`the key in ${file} has a passphrase; openssl pkey -in ${file} -out plain.pem writes it without one`);
  }
  try {
    return createPrivateKey(text);
  } catch {
    // The platform's message may quote the key.
    throw usage(`${file} is no private key in PEM form, which begins with -----BEGIN PRIVATE KEY-----`);
  }
}

function certificateOf(text: string, file: string): X509Certificate {
  try {
    if (/-----BEGIN CERTIFICATE-----/.test(text)) return new X509Certificate(text);
  } catch {
    // Told below, like everything that is none.
  }
  throw usage(`${file} is no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----`);
}

function warningsOf(certificate: X509Certificate, file: string, now: number): string[] {
  const warnings: string[] = [];
  const ends = Date.parse(certificate.validTo);
  if (ends < now) warnings.push(`the certificate in ${file} ended on ${new Date(ends).toISOString().slice(0, 10)}`);
  const missing = neededNames.filter((name) => certificate.checkHost(name) === undefined);
  if (certificate.checkIP("127.0.0.1") === undefined) missing.push("127.0.0.1");
  if (missing.length > 0) {
    warnings.push(`the certificate in ${file} is not for ${missing.join(", ")}: clients that ask there will refuse it`);
  }
  return warnings;
}
