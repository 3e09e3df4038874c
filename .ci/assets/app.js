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

// What is typed into a long form is kept on the server a moment later, for this person alone, so
// that a crash loses nothing. Files are not: they are attached by a button of their own.
for (const note of document.querySelectorAll("[data-keep]")) {
  const form = document.getElementById(note.dataset.keep);
  let waiting = null;
  let isSent = false;
  const leaving = new AbortController();
  const typed = () => {
    const inputs = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") {
        inputs.append(name, value);
      }
    }
    return inputs;
  };
  const say = (words) => {
    note.textContent = words;
    note.hidden = false;
  };
  const keep = async () => {
    waiting = null;
    try {
      const answer = await fetch(note.dataset.keepAddress, {
        method: "POST",
        body: typed(),
        redirect: "error",
        signal: leaving.signal,
      });
      say(answer.ok ? note.dataset.keepDone : note.dataset.keepFailed);
    } catch {
      if (!isSent) {
        say(note.dataset.keepFailed);
      }
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => {
    isSent = true;
    clearTimeout(waiting);
    leaving.abort();
  });
  window.addEventListener("pagehide", () => {
    if (waiting !== null && !isSent) {
      navigator.sendBeacon(note.dataset.keepAddress, typed());
    }
  });
}

// A list whose rows can be chosen offers to choose all that the page shows.
for (const offer of document.querySelectorAll("[data-choose-all]")) {
  offer.hidden = false;
  offer.addEventListener("click", () => {
    for (const box of offer.closest("form").querySelectorAll('input[type="checkbox"]')) {
      box.checked = true;
    }
  });
}
