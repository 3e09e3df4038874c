// Runs before the page is drawn, so that nothing jumps: the kit's styles for scripted components
// apply only where both classes are set. It goes on <html> and, once that exists, on <body>.
(function () {
  var modern = "noModule" in HTMLScriptElement.prototype;
  function mark() {
    document.body.classList.add("js-enabled");
    if (modern) {
      document.body.classList.add("govuk-frontend-supported");
    }
  }
  if (document.body) {
    mark();
  } else {
    new MutationObserver(function (_, observer) {
      if (document.body) {
        observer.disconnect();
        mark();
      }
    }).observe(document.documentElement, { childList: true });
  }
})();
