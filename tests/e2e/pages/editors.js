// The real editors from npm, each behind the same few functions. Bundled by esbuild for helpdesk.html.
import ClassicEditor from "@ckeditor/ckeditor5-build-classic";
import { exampleSetup } from "prosemirror-example-setup";
import { DOMParser, Schema } from "prosemirror-model";
import { schema as basic } from "prosemirror-schema-basic";
import { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import Quill from "quill";
import { Editor as Rooster } from "roosterjs";

const kinds = {
  async textarea(home) {
    const area = document.createElement("textarea");
    area.setAttribute("aria-label", "Reply");
    home.append(area);
    const set = (text) => {
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    return { element: area, get: () => area.value, set, clear: () => set("") };
  },
  async prosemirror(home) {
    const schema = new Schema({ nodes: basic.spec.nodes, marks: basic.spec.marks });
    const stateOf = (html) => {
      const box = document.createElement("div");
      box.innerHTML = html;
      return EditorState.create({ doc: DOMParser.fromSchema(schema).parse(box), plugins: exampleSetup({ schema, menuBar: false }) });
    };
    const view = new EditorView(home, { state: stateOf("<p></p>"), attributes: { role: "textbox", "aria-label": "Reply" } });
    const set = (html) => view.updateState(stateOf(html));
    return { element: view.dom, get: () => view.state.doc.textBetween(0, view.state.doc.content.size, "\n"), set, clear: () => set("<p></p>"), view };
  },
  async ckeditor(home) {
    const box = document.createElement("div");
    home.append(box);
    const editor = await ClassicEditor.create(box, { licenseKey: "GPL", toolbar: ["bold", "italic"] });
    const element = editor.editing.view.getDomRoot();
    const get = () => new window.DOMParser().parseFromString(editor.getData().replace(/<\/p>/g, "\n</p>"), "text/html").body.textContent.replace(/\u00a0/g, " ").trim();
    return { element, get, set: (html) => editor.setData(html), clear: () => editor.setData(""), editor };
  },
  // What Outlook on the web is built on: it edits the element that it is given.
  async rooster(home) {
    new Rooster(home, {});
    const set = (html) => {
      home.innerHTML = html;
      home.dispatchEvent(new Event("input", { bubbles: true }));
    };
    return { element: home, get: () => home.innerText.trim(), set, clear: () => set("<div><br></div>") };
  },
  // Gmail has no editor of its own either, only an element that can be written in.
  async bare(home) {
    home.contentEditable = "true";
    const set = (html) => {
      home.innerHTML = html;
      home.dispatchEvent(new Event("input", { bubbles: true }));
    };
    return { element: home, get: () => home.innerText.trim(), set, clear: () => set("") };
  },
  async quill(home) {
    const box = document.createElement("div");
    home.append(box);
    const quill = new Quill(box, { theme: "snow", modules: { toolbar: false } });
    quill.root.setAttribute("role", "textbox");
    quill.root.setAttribute("aria-label", "Reply");
    return { element: quill.root, get: () => quill.getText().trim(), set: (html) => quill.clipboard.dangerouslyPasteHTML(html), clear: () => quill.setText(""), quill };
  },
};

window.editors = { mount: (kind, home) => kinds[kind](home) };
