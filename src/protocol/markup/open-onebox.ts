/** Finds the URL behind a onebox while its elements are streamed (protocol.md §7.2, §7.3). */
import { classNames } from "./describe.js";

/** A onebox being read. */
export class OpenOnebox {
  /** Whether it shows an image. */
  readonly isImage: boolean;
  readonly #isTweet: boolean;
  /** The number of open elements, including the onebox. */
  #depth = 1;
  /** The depth of the line with the author and time of a tweet; 0 outside of it. */
  #infoDepth = 0;
  #address = "";

  /** @param classes - those of the onebox element */
  constructor(classes: readonly string[]) {
    this.isImage = classes.includes("ob-image");
    this.#isTweet = classes.includes("ob-tweet");
  }

  /** The first URL. For a tweet, the last one in its info line, because the first is the author's profile. */
  get address(): string {
    return this.#address;
  }

  /** Handles an element that opens inside. */
  open(attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#isTweet && this.#infoDepth === 0 && classNames(attributes.class).includes("ob-tweet-info"))
      this.#infoDepth = this.#depth;
    const { href = "" } = attributes;
    if (href !== "" && (this.#address === "" || this.#infoDepth > 0)) this.#address = href;
  }

  /** Handles an element that closes; true if it is the onebox itself. */
  close(): boolean {
    if (this.#depth === this.#infoDepth) this.#infoDepth = 0;
    this.#depth -= 1;
    return this.#depth === 0;
  }
}
