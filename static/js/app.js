// Makes pages nicer; every page works without it. The texts of components stand in the page, in
// the reader's language, as data attributes.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "./govuk-frontend.min.js";

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
]) {
  createAll(component);
}

// Radios that reveal more questions. The kit's own script marks the radio as expanded, which the
// rules of ARIA do not allow on a radio; what is revealed follows it directly, so nothing is lost.
function reveal(group) {
  for (const input of group.querySelectorAll("input[data-aria-controls]")) {
    const target = document.getElementById(input.dataset.ariaControls);
    if (target) {
      target.classList.toggle("govuk-radios__conditional--hidden", !input.checked);
    }
  }
}
const radios = document.querySelectorAll('[data-module="govuk-radios"]');
for (const group of radios) {
  reveal(group);
  group.addEventListener("change", () => reveal(group));
}
window.addEventListener("pageshow", () => radios.forEach(reveal));

// A wide table can be scrolled by keyboard only when it can take the focus; one that fits must not.
const scrollers = document.querySelectorAll(".app-scroll");
if ("ResizeObserver" in window) {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) {
        target.setAttribute("tabindex", "0");
      } else {
        target.removeAttribute("tabindex");
      }
    }
  });
  scrollers.forEach((scroller) => observer.observe(scroller));
}

// Filters apply as soon as a choice changes, where the form asks for it.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
