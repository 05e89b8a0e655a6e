/** Finds the address that a onebox stands for while its elements go by (protocol.md §7.2, §7.3). */
import { classNames } from "./describe.js";

/** A onebox that is being read. */
export class OpenOnebox {
  /** Whether it shows a picture. */
  readonly isImage: boolean;
  readonly #isTweet: boolean;
  /** Open elements from the onebox on. */
  #depth = 1;
  /** The depth of the line that says who tweeted, and when; 0 outside of it. */
  #infoDepth = 0;
  #address = "";

  /** @param classes - those of the element around it */
  constructor(classes: readonly string[]) {
    this.isImage = classes.includes("ob-image");
    this.#isTweet = classes.includes("ob-tweet");
  }

  /** The first address; of a tweet the last one in the line about it, because the first is the author's profile. */
  get address(): string {
    return this.#address;
  }

  /** An element inside begins. */
  open(attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#isTweet && this.#infoDepth === 0 && classNames(attributes.class).includes("ob-tweet-info"))
      this.#infoDepth = this.#depth;
    const { href = "" } = attributes;
    if (href !== "" && (this.#address === "" || this.#infoDepth > 0)) this.#address = href;
  }

  /** An element ends; true when that is the onebox itself. */
  close(): boolean {
    if (this.#depth === this.#infoDepth) this.#infoDepth = 0;
    this.#depth -= 1;
    return this.#depth === 0;
  }
}
