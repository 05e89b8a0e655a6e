/** Image uploads by button, paste or drop. The server stores the image, and its URL is posted to the room. */
import { say } from "./compose.js";
import { byId } from "./dom.js";
import { messageOf, showNotice } from "./notices.js";

const UPLOAD_RESULT = /var (result|error) = '((?:[^'\\]|\\.)*)';/;

/** @param {Iterable<File>} files */
async function upload(files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/"));
  if (pictures.length === 0) return showNotice("Only images can be sent.");
  for (const file of pictures) {
    showNotice(`Sending ${file.name || "the image"}…`);
    const form = new FormData();
    form.set("filename", file);
    try {
      const response = await fetch("/upload/image", { method: "POST", body: form });
      const [, kind, text = ""] = UPLOAD_RESULT.exec(await response.text()) ?? [];
      if (kind === "result") say(text);
      showNotice(kind === "result" ? "" : text || `The image was not accepted (status ${response.status}).`);
    } catch (error) {
      showNotice(messageOf(error));
    }
  }
}

/** @param {DataTransfer | null} data */
const picturesIn = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));

/** Attaches the listeners for the button, paste and drop. */
export function wireUpload() {
  const input = byId("input");
  if (!input) return;
  const chooser = byId("upload-file");
  byId("upload-button").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    void upload([...chooser.files]);
    chooser.value = "";
  });
  input.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
    const pictures = picturesIn(event.clipboardData);
    if (pictures.length === 0) return;
    event.preventDefault();
    void upload(pictures);
  });
  const main = byId("main");
  main.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    main.classList.add("dropping");
  });
  main.addEventListener("dragleave", (/** @type {DragEvent} */ event) => {
    if (!main.contains(/** @type {Node | null} */ (event.relatedTarget))) main.classList.remove("dropping");
  });
  main.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    main.classList.remove("dropping");
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    if (files.length > 5) return showNotice(`You can send up to 5 images at once, not ${files.length}.`);
    void upload(files);
  });
}
