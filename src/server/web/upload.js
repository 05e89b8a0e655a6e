/** Sending pictures: by the button, by paste, by drop. The server keeps the picture, its address is said in the room. */
import { say } from "./compose.js";
import { byId, some } from "./dom.js";
import { messageOf, tell } from "./tell.js";

const answer = /var (result|error) = '((?:[^'\\]|\\.)*)';/;

/** @param {Iterable<File>} files */
async function upload(files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/"));
  if (pictures.length === 0) return tell("Only pictures can be sent.");
  for (const file of pictures) {
    tell(`Sending ${file.name || "the picture"}…`);
    const form = new FormData();
    form.set("filename", file);
    try {
      const response = await fetch("/upload/image", { method: "POST", body: form });
      const [, kind, text = ""] = answer.exec(await response.text()) ?? [];
      if (kind === "result") say(text);
      tell(kind === "result" ? "" : text || `The picture was not taken (status ${response.status}).`);
    } catch (error) {
      tell(messageOf(error));
    }
  }
}

/** @param {DataTransfer | null} data */
const picturesIn = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));

/** Listens to the button, the clipboard and the mouse. */
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
    if (files.length > 5) return tell(`${some(files.length, "picture")} at once are too many; 5 are fine.`);
    void upload(files);
  });
}
