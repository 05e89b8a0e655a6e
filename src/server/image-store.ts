/**
 * The uploaded images of one site, in memory and bounded: the oldest are evicted first. It accepts images only, by their
 * magic bytes, so that no upload can be served as a page.
 */
import { randomInt } from "node:crypto";

export interface StoredImage {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The limit for all images of a site together. */
const MAX_TOTAL_BYTES = 67_108_864;
const MAX_IMAGES = 1_000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const IMAGE_TYPES: readonly { readonly extension: string; readonly type: string; readonly magic: RegExp }[] = [
  { extension: "png", type: "image/png", magic: /^\x89PNG\r\n\x1a\n/ },
  { extension: "jpg", type: "image/jpeg", magic: /^\xff\xd8\xff/ },
  { extension: "gif", type: "image/gif", magic: /^GIF8[79]a/ },
  { extension: "bmp", type: "image/bmp", magic: /^BM.{4}\0{4}/s },
  { extension: "webp", type: "image/webp", magic: /^RIFF.{4}WEBP/s },
];

export class ImageStore {
  readonly #images = new Map<string, StoredImage>();
  #bytes = 0;
  #watcher: ((name: string, image: StoredImage) => void) | null = null;

  /** Calls back for every image added from now on. */
  onAdd(watcher: (name: string, image: StoredImage) => void): void {
    this.#watcher = watcher;
  }

  /** Stores an image and returns its new file name; undefined if the bytes are not an image. */
  add(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
    const kind = IMAGE_TYPES.find(({ magic }) => magic.test(start));
    if (!kind) return undefined;
    const random = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
    const name = `${random}.${kind.extension}`;
    const image = { type: kind.type, bytes };
    this.put(name, image);
    this.#watcher?.(name, image);
    return name;
  }

  /** Stores an image under its name unless it is there already, and evicts the oldest beyond the limits. */
  put(name: string, added: StoredImage): void {
    if (this.#images.has(name)) return;
    this.#images.set(name, added);
    this.#bytes += added.bytes.length;
    for (const [oldest, image] of this.#images) {
      if (oldest === name || (this.#images.size <= MAX_IMAGES && this.#bytes <= MAX_TOTAL_BYTES)) break;
      this.#images.delete(oldest);
      this.#bytes -= image.bytes.length;
    }
  }

  /** All images by name, oldest first. */
  all(): ReadonlyMap<string, StoredImage> {
    return this.#images;
  }

  get(name: string): StoredImage | undefined {
    return this.#images.get(name);
  }
}

/** One gray pixel: the stand-in for an upload by URL, because a local server fetches nothing. */
export const PLACEHOLDER_IMAGE: Uint8Array<ArrayBuffer> = new Uint8Array(
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64"),
);
