// Tables that are wider than the page scroll; only then can the keyboard reach them.

function markScrollable() {
  for (const wrapper of document.querySelectorAll(".table-wrapper")) {
    if (wrapper.scrollWidth > wrapper.clientWidth) wrapper.tabIndex = 0;
    else wrapper.removeAttribute("tabindex");
  }
}

addEventListener("resize", markScrollable);
addEventListener("load", markScrollable);
markScrollable();
