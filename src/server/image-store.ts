/**
 * Uploaded pictures of one site, in memory and bounded: the oldest go first. It tells pictures by their first bytes and
 * takes nothing else, so that no upload becomes a page.
 */
import { randomInt } from "node:crypto";

export interface StoredImage {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All pictures of a site together. */
const maxTotalBytes = 67_108_864;
const maxImages = 1_000;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const kinds: readonly { readonly extension: string; readonly type: string; readonly magic: RegExp }[] = [
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

  /** Tells every picture that comes from now on. */
  watch(watcher: (name: string, image: StoredImage) => void): void {
    this.#watcher = watcher;
  }

  /** Keeps a picture and answers its file name; undefined when it is none. */
  add(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
    const kind = kinds.find(({ magic }) => magic.test(start));
    if (!kind) return undefined;
    const random = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join("");
    const name = `${random}.${kind.extension}`;
    const image = { type: kind.type, bytes };
    this.keep(name, image);
    this.#watcher?.(name, image);
    return name;
  }

  /** Takes in a picture under its name, once; the oldest make room. */
  keep(name: string, added: StoredImage): void {
    if (this.#images.has(name)) return;
    this.#images.set(name, added);
    this.#bytes += added.bytes.length;
    for (const [oldest, image] of this.#images) {
      if (oldest === name || (this.#images.size <= maxImages && this.#bytes <= maxTotalBytes)) break;
      this.#images.delete(oldest);
      this.#bytes -= image.bytes.length;
    }
  }

  /** All pictures by name, oldest first. */
  all(): ReadonlyMap<string, StoredImage> {
    return this.#images;
  }

  get(name: string): StoredImage | undefined {
    return this.#images.get(name);
  }
}

/** One grey pixel: what stands for a picture that is elsewhere, because a local server fetches nothing. */
export const placeholderImage: Uint8Array<ArrayBuffer> = new Uint8Array(
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64"),
);
