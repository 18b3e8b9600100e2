/* The door's field with a camera, where the browser can read codes; typing and scanners need none of it. */
"use strict";
(() => {
  const field = document.getElementById("code");
  const button = document.getElementById("camera");
  const film = document.getElementById("film");
  const says = document.getElementById("camera-says");
  if (!field) return;
  let stream = null;
  field.select();

  /* A scanner types wherever the focus is: its letters and its Enter belong to the field. */
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (typing || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") return;
    field.value = "";
    field.focus();
  }, true);

  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  button.addEventListener("click", () => (stream ? stop("") : start()));

  async function start() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      says.textContent = "The camera is not available. Type the code instead.";
      return;
    }
    film.srcObject = stream;
    film.hidden = false;
    button.lastElementChild.textContent = "Stop the camera";
    says.textContent = "Hold the code in front of the camera.";
    await film.play();
    look(new window.BarcodeDetector({ formats: ["qr_code"] }));
  }

  function stop(words) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    film.hidden = true;
    button.lastElementChild.textContent = "Use the camera";
    says.textContent = words;
    field.focus();
  }

  async function look(detector) {
    while (stream) {
      const [found] = await detector.detect(film).catch(() => []);
      if (found) {
        field.value = found.rawValue;
        stop("Found a code.");
        field.form.requestSubmit();
        return;
      }
      await new Promise((again) => setTimeout(again, 150));
    }
  }
  window.addEventListener("pagehide", () => stream && stop(""));
})();
