// Makes the course's widgets usable by keyboard and screen reader. ipywidgets leaves slider
// handles and radio groups without a name, and JupyterLab takes single keys away from a focused
// control. Only elements inside .cl-root are touched, and the page loads this once.
(function () {
  const CONTROLS = "button, input, select, textarea, summary, [role=slider], [contenteditable]";
  const words = (node) => (node ? node.textContent.trim() : "");
  const label = (node) => words(node.closest(".cl-control")?.querySelector(".widget-label"));
  const once = (node, name, value) => {
    if (value && node.getAttribute(name) !== value) node.setAttribute(name, value);
  };

  function mend(root) {
    once(root, "role", "group");
    once(root, "aria-label", words(root.querySelector(".cl-title")));
    root.querySelectorAll(".cl-live").forEach((node) => {
      once(node, "role", "status");
      once(node, "aria-live", "polite");
    });
    root.querySelectorAll("[role=slider]").forEach((node) => once(node, "aria-label", label(node)));
    // A scale says the words of a step, not its number, and its words cannot be typed.
    root.querySelectorAll(".cl-scale .widget-readout").forEach((node) => {
      once(node, "contenteditable", "false");
      once(node.closest(".cl-scale").querySelector("[role=slider]"), "aria-valuetext", words(node));
    });
    root.querySelectorAll(".cl-control:not(.cl-scale) .widget-readout").forEach((node) => {
      once(node, "role", "textbox");
      once(node, "aria-label", label(node) + ", typed");
    });
    root.querySelectorAll(".widget-radio-box").forEach((box, index) => {
      once(box, "role", "radiogroup");
      once(box, "aria-label", label(box) || words(root.querySelector(".cl-title")));
      const name = "cl-" + (root.dataset.clNumber ||= String(Math.random()).slice(2)) + "-" + index;
      box.querySelectorAll("input").forEach((input) => once(input, "name", name));
    });
    root.querySelectorAll(".cl-named").forEach((node) => once(node, "aria-label", node.title));
    root.querySelectorAll('[title="null"]').forEach((node) => node.removeAttribute("title"));
    root.querySelectorAll(CONTROLS).forEach((node) =>
      once(node, "data-lm-suppress-shortcuts", "true"));
    root.querySelectorAll(".cl-copy:not([data-cl-seen])").forEach((node) => {
      node.dataset.clSeen = "1";
      node.focus();
      node.select();
    });
  }

  if (typeof element !== "undefined" && element && element.closest) {
    const slot = element.closest(".jp-OutputArea-child"); // this output itself shows nothing
    if (slot) slot.style.display = "none";
  }
  if (window.clusterAccess) return;
  window.clusterAccess = true;
  const style = document.createElement("style");
  style.textContent = STYLE;
  document.head.appendChild(style);
  let due = false;
  const all = () => { due = false; document.querySelectorAll(".cl-root").forEach(mend); };
  new MutationObserver(() => {
    if (!due) { due = true; requestAnimationFrame(all); }
  }).observe(document.body, { childList: true, subtree: true });
  all();
})();
