/**
 * The common part of everything that streams message HTML: oneboxes are read as a whole, all else goes to the subclass.
 * Knows no output format.
 */
import { classNames, isOneboxClass } from "./describe.js";
import { OpenOnebox } from "./open-onebox.js";

/** A handler for the parser of htmlparser2. */
export abstract class MessageReader {
  #onebox: OpenOnebox | null = null;

  onopentag(name: string, attributes: Record<string, string>): void {
    if (this.#onebox) {
      this.#onebox.open(attributes);
      return;
    }
    const classes = classNames(attributes.class);
    if (isOneboxClass(name, classes)) this.#onebox = new OpenOnebox(classes);
    else this.openElement(name, classes, attributes);
  }

  onclosetag(name: string): void {
    const onebox = this.#onebox;
    if (onebox === null) {
      this.closeElement(name);
    } else if (onebox.close()) {
      this.#onebox = null;
      this.readOnebox(onebox);
    }
  }

  ontext(data: string): void {
    if (this.#onebox === null) this.readText(data);
  }

  /** Handles an element that opens outside of a onebox. */
  protected abstract openElement(
    name: string,
    classes: readonly string[],
    attributes: Readonly<Record<string, string>>,
  ): void;
  /** Handles an element that closes outside of a onebox. */
  protected abstract closeElement(name: string): void;
  /** Handles a complete onebox. */
  protected abstract readOnebox(onebox: OpenOnebox): void;
  /** Handles text outside of a onebox. */
  protected abstract readText(data: string): void;
}
